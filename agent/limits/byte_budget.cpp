// SPDX-License-Identifier: Apache-2.0
#include "agent/limits/byte_budget.hpp"

#include <algorithm>
#include <atomic>

#include "bpf/abi/limit.h"

namespace sallyport {
namespace {

__extension__ using Wide = unsigned __int128;

/// sp_cost_of_bytes for any number of bytes.
std::uint64_t cost_of(std::uint64_t bytes, std::uint64_t cost) noexcept {
  const Wide exact = Wide{bytes} * cost + (1U << SP_BYTE_COST_SHIFT) - 1;
  return static_cast<std::uint64_t>(std::min<Wide>(exact >> SP_BYTE_COST_SHIFT, SP_MOST_BURST_NS));
}

std::uint64_t over_ns(std::uint64_t ahead, const ByteBudget& budget) noexcept {
  return ahead > budget.burst_ns ? ahead - budget.burst_ns : 0;
}

}  // namespace

ByteBudget ByteBudget::per_second(std::uint64_t bytes, std::uint64_t burst) noexcept {
  if (bytes == 0) return {};
  // Rounded up: the limit is never exceeded.
  const std::uint64_t cost = (SP_MOST_BYTE_COST + bytes - 1) / bytes;
  const Wide burst_ns = (Wide{burst} * cost) >> SP_BYTE_COST_SHIFT;
  return {.cost = cost,
          .burst_ns = static_cast<std::uint64_t>(std::min<Wide>(burst_ns, SP_MOST_BURST_NS))};
}

std::uint64_t wait_ns(const __u64& clock_ns, const ByteBudget& budget, BootNs now) noexcept {
  if (budget.cost == 0) return 0;
  const __u64 clock =
      std::atomic_ref<__u64>(const_cast<__u64&>(clock_ns)).load(std::memory_order_relaxed);
  return over_ns(clock > now ? clock - now : 0, budget);
}

std::uint64_t charge(__u64& clock_ns, const ByteBudget& budget, std::uint64_t bytes,
                     BootNs now) noexcept {
  if (budget.cost == 0) return 0;
  const __u64 cost_ns = cost_of(bytes, budget.cost);
  std::atomic_ref<__u64> clock(clock_ns);
  __u64 seen = clock.load(std::memory_order_relaxed);
  __u64 next = 0;
  do {
    next = std::max<__u64>(seen, now) + cost_ns;
  } while (!clock.compare_exchange_weak(seen, next, std::memory_order_relaxed));
  return over_ns(next - now, budget);
}

}  // namespace sallyport
