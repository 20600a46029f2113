// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sallyport {

/// How fast one source (IPv6: a /64) may open connections to all services together.
struct PaceRules {
  std::uint32_t per_second = 0;  // 0: as it likes
  std::uint32_t burst = 100;     // at once, beyond that
};

}  // namespace sallyport
