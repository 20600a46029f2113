// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/libbpf.h>

#include "agent/datapath/tables.hpp"

namespace sallyport {

/// sp_counters and sp_key_usage, summed over CPUs.
class KernelCounters final : public CounterTable {
 public:
  KernelCounters(const bpf_map* counters, const bpf_map* usage)
      : counters_fd_(bpf_map__fd(counters)), usage_fd_(bpf_map__fd(usage)) {}

  Result<std::array<sp_counter, SP_VERDICT_COUNT>> counters() const override;
  Result<sp_key_usage> usage(std::uint32_t slot, std::uint32_t generation) const override;

 private:
  int counters_fd_;
  int usage_fd_;
};

}  // namespace sallyport
