// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/types.h>

#include <cstdint>

#include "agent/base/clock.hpp"

namespace sallyport {

/// A limit on bytes as GCRA sees it, in the kernel's units (bpf/abi/limit.h): whole nanoseconds
/// are too coarse for a byte. `cost == 0` means no limit.
struct ByteBudget {
  std::uint64_t cost = 0;  // of a byte, in 2^-SP_BYTE_COST_SHIFT ns
  std::uint64_t burst_ns = 0;

  bool operator==(const ByteBudget&) const = default;

  /// `bytes` a second, and `burst` more at once; both at most `kMostBytes`.
  [[nodiscard]] static ByteBudget per_second(std::uint64_t bytes, std::uint64_t burst) noexcept;
};

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 40;  // about 1 TB

/// How long until the next byte conforms; 0: now.
[[nodiscard]] std::uint64_t wait_ns(const __u64& clock_ns, const ByteBudget& budget,
                                    BootNs now) noexcept;

/// Spends bytes that have been read already, whether they conform or not, and says how long to
/// wait before more are read. Whoever keeps to that reads, in any time t, at most
/// limit * t + burst and what was read at once.
[[nodiscard]] std::uint64_t charge(__u64& clock_ns, const ByteBudget& budget, std::uint64_t bytes,
                                   BootNs now) noexcept;

}  // namespace sallyport
