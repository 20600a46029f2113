// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "agent/datapath/bpf_object.hpp"
#include "agent/datapath/tables.hpp"

namespace sallyport {

/// The kernel's maps behind the ports. A busy map is retried a few times; all else that the
/// kernel refuses is returned.
///
/// Thread safety: any thread.
class KernelTables final : public Tables {
 public:
  /// Maps the slots into this process and makes slot 0 the offenders'. `object` must outlive it.
  [[nodiscard]] static Result<std::unique_ptr<KernelTables>> open(const BpfObject& object);
  ~KernelTables() override;

  SourceTable& sources() override;
  ConnectionTable& connections() override;
  CidrTable& cidrs() override;
  ServiceTable& services() override;
  DeniedKeyTable& denied_keys() override;
  CounterTable& counters() override;
  SlotMemory slot_memory() override;
  Result<void> set_pace(std::uint64_t cost_ns, std::uint64_t burst_ns) override;
  Result<void> set_resets(std::uint64_t cost_ns, std::uint64_t burst_ns) override;
  [[nodiscard]] Result<std::uint64_t> repair() override;
  [[nodiscard]] std::vector<TableUse> use() const override;

  /// One in so many judged packets becomes an event (see sp_control); 0: none, as at first.
  Result<void> sample(std::uint32_t drops, std::uint32_t passes);

 private:
  struct Impl;
  explicit KernelTables(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace sallyport
