// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/types.h>

#include <cstdint>

#include "agent/base/clock.hpp"

namespace sallyport {

/// A limit as GCRA sees it: what one unit spends and how far the clock may run ahead of now.
/// `cost_ns == 0` means no limit.
struct Budget {
  std::uint64_t cost_ns = 0;
  std::uint64_t burst_ns = 0;

  bool operator==(const Budget&) const = default;

  /// `burst` further units may come at once on top of the steady rate; both saturate.
  [[nodiscard]] static Budget per_second(std::uint32_t units, std::uint32_t burst) noexcept;
};

/// What became of a spend. A refused one leaves the clock as it was.
struct Spend {
  bool admitted = false;
  std::uint64_t retry_after_ns = 0;  // refused: when one unit will conform
  std::uint64_t remaining = 0;       // admitted: units that would still conform now
};

/// Spends one unit. `clock_ns` is moved by compare-and-swap, so kernel, workers and other
/// processes may share it; it holds the CLOCK_BOOTTIME at which the budget is full again.
/// Admitted in any interval t: at most t / cost + burst / cost + 1, under any contention.
/// A race lost too often counts as refused, so that nothing leaks.
[[nodiscard]] Spend spend(__u64& clock_ns, const Budget& budget, BootNs now) noexcept;

}  // namespace sallyport
