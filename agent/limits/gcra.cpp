// SPDX-License-Identifier: Apache-2.0
#include "agent/limits/gcra.hpp"

#include <algorithm>
#include <atomic>
#include <limits>

namespace sallyport {
namespace {

// Each lost race means that another thread or CPU spent; after this many the bucket is so
// contended that refusing is the safe answer.
constexpr int kMaxTries = 64;

}  // namespace

Budget Budget::per_second(std::uint32_t units, std::uint32_t burst) noexcept {
  if (units == 0) return {};
  // A rate above one unit a nanosecond can't be expressed and can't be reached.
  // Rounded up: the limit is never exceeded.
  const std::uint64_t cost_ns = (kSecondNs + units - 1) / units;
  // At most 2^32 * 10^9 < 2^62: no overflow.
  return {.cost_ns = cost_ns, .burst_ns = cost_ns * burst};
}

Spend spend(__u64& clock_ns, const Budget& budget, BootNs now) noexcept {
  if (budget.cost_ns == 0) {
    return {.admitted = true, .remaining = std::numeric_limits<std::uint64_t>::max()};
  }
  std::atomic_ref<__u64> clock(clock_ns);
  __u64 seen = clock.load(std::memory_order_relaxed);
  for (int attempt = 0; attempt < kMaxTries; ++attempt) {
    const __u64 base = std::max<__u64>(seen, now);
    const std::uint64_t ahead = base - now;
    if (ahead > budget.burst_ns) return {.retry_after_ns = ahead - budget.burst_ns};
    if (clock.compare_exchange_weak(seen, base + budget.cost_ns, std::memory_order_relaxed)) {
      const std::uint64_t ahead_now = ahead + budget.cost_ns;
      const std::uint64_t left =
          ahead_now > budget.burst_ns ? 0 : (budget.burst_ns - ahead_now) / budget.cost_ns + 1;
      return {.admitted = true, .remaining = left};
    }
  }
  return {.retry_after_ns = budget.cost_ns};
}

}  // namespace sallyport
