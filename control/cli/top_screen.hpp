// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sallyport/control/v1/top.pb.h>

#include <cstddef>
#include <string>
#include <vector>

namespace sallyport {

struct ScreenSize {
  std::size_t columns = 80;
  std::size_t lines = 24;
};

/// The least that a screen shows; on a smaller one it is cut.
constexpr ScreenSize kLeastScreen{80, 24};

/// What one look has seen, in rates a second, as lines that fit the screen; no line end, ASCII.
[[nodiscard]] std::vector<std::string> show_top(const control::v1::Top& top, ScreenSize size);

/// "0", "0.4", "812", "12.3k", "4.5M": at most five characters up to a billion.
[[nodiscard]] std::string show_rate(double per_second);

}  // namespace sallyport
