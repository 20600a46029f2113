// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/datapath/tables.hpp"

namespace sallyport {

/// The tables where there is no outer door: same meaning, same capacities, in this process's
/// memory. Counters stay zero, since no packet is judged.
///
/// Thread safety: any thread.
class MemoryTables final : public Tables {
 public:
  explicit MemoryTables(const OuterDoorConfig& config);
  ~MemoryTables() override;

  SourceTable& sources() override;
  ConnectionTable& connections() override;
  CidrTable& cidrs() override;
  ServiceTable& services() override;
  DeniedKeyTable& denied_keys() override;
  CounterTable& counters() override;
  SlotMemory slot_memory() override;
  Result<void> set_pace(std::uint64_t cost_ns, std::uint64_t burst_ns) override;
  Result<void> set_resets(std::uint64_t cost_ns, std::uint64_t burst_ns) override;
  [[nodiscard]] std::vector<TableUse> use() const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sallyport
