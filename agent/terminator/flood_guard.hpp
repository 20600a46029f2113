// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

namespace sallyport {

/// Bounds what one HTTP/2 connection may ask for that costs its sender next to nothing: pings,
/// settings, priorities, resets and empty frames. 1,000 at once, 100 a second after that, which no
/// honest client comes near. Pure; GCRA.
class FloodGuard {
 public:
  static constexpr std::uint64_t kPerSecond = 100;
  static constexpr std::uint64_t kBurst = 1000;
  static constexpr std::uint64_t kCostMs = 1000 / kPerSecond;
  static constexpr std::uint64_t kBurstMs = kBurst * kCostMs;

  /// One more at `now_ms`, which never goes back. False: it is too much.
  [[nodiscard]] bool admits(std::uint64_t now_ms) noexcept {
    clock_ms_ = std::max(clock_ms_, now_ms) + kCostMs;
    return clock_ms_ <= now_ms + kBurstMs;
  }

 private:
  std::uint64_t clock_ms_ = 0;
};

}  // namespace sallyport
