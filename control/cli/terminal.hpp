// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "control/cli/top_screen.hpp"

namespace sallyport {

/// The whole terminal, by ncurses; what was on it is back when this goes. One at a time.
class Terminal {
 public:
  /// kUnavailable: standard input and output are no terminal, or one of an unknown kind.
  [[nodiscard]] static Result<std::unique_ptr<Terminal>> open();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  [[nodiscard]] ScreenSize size() const;
  /// The first line stands out.
  void show(const std::vector<std::string>& lines);
  /// A key that is pressed within this time, 0 for none.
  [[nodiscard]] int key_within(std::chrono::milliseconds patience);

 private:
  Terminal() = default;
};

}  // namespace sallyport
