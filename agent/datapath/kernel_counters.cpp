// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/kernel_counters.hpp"

#include <bpf/bpf.h>

#include <cerrno>
#include <vector>

namespace sallyport {
namespace {

/// One element of a per-CPU map: a part for each CPU that there may be.
template <class Row>
Result<std::vector<Row>> parts_of(int fd, const char* map, std::uint32_t index) {
  static_assert(sizeof(Row) % 8 == 0);  // the kernel rounds up to that
  const int cpus = libbpf_num_possible_cpus();
  if (cpus < 1) return system_failure(-cpus, "counting CPUs");
  std::vector<Row> parts(static_cast<std::size_t>(cpus));
  if (bpf_map_lookup_elem(fd, &index, parts.data()) != 0) {
    return system_failure(errno, std::string("kernel map ") + map);
  }
  return parts;
}

}  // namespace

Result<std::array<sp_counter, SP_VERDICT_COUNT>> KernelCounters::counters() const {
  std::array<sp_counter, SP_VERDICT_COUNT> sums{};
  for (__u32 verdict = 0; verdict < SP_VERDICT_COUNT; ++verdict) {
    const auto parts = parts_of<sp_counter>(counters_fd_, "sp_counters", verdict);
    if (!parts) return parts.error();
    for (const auto& part : *parts) {
      sums[verdict].packets += part.packets;
      sums[verdict].bytes += part.bytes;
      sums[verdict].observed_packets += part.observed_packets;
      sums[verdict].observed_bytes += part.observed_bytes;
      sums[verdict].resets += part.resets;
    }
  }
  return sums;
}

Result<sp_key_usage> KernelCounters::usage(std::uint32_t slot, std::uint32_t generation) const {
  sp_key_usage sum{};
  sum.generation = generation;
  const auto parts = parts_of<sp_key_usage>(usage_fd_, "sp_key_usage", slot);
  if (!parts) return parts.error();
  for (const auto& part : *parts) {
    if (part.generation != generation) continue;
    sum.packets += part.packets;
    sum.bytes += part.bytes;
    sum.delayed += part.delayed;
    sum.dropped += part.dropped;
  }
  return sum;
}

}  // namespace sallyport
