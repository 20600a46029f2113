// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "agent/datapath/control_row.hpp"
#include "agent/datapath/kernel_map.hpp"
#include "agent/datapath/line_table.hpp"
#include "agent/datapath/tables.hpp"

namespace sallyport {

/// sp_sources has every verdict, with its evidence; sp_source_lines what a packet needs of it.
class KernelSources final : public SourceTable {
 public:
  KernelSources(const bpf_map* map, std::span<sp_line> lines, ControlRow& control)
      : map_(map), lines_(lines, control.seed()), control_(control) {}

  Result<void> put(const Address& source, const sp_source_state& state) override;
  Result<void> erase(const Address& source) override;
  [[nodiscard]] Result<std::vector<Row>> rows() const override;
  /// Makes the lines say what the map says: an agent may have been killed between the two.
  [[nodiscard]] Result<std::uint64_t> repair() override;
  [[nodiscard]] TableUse use() const { return map_.use("sources"); }

 private:
  Result<void> put_line(const sp_address& source, const sp_source_state& state);

  KernelMap<sp_address, sp_source_state> map_;
  LineTable lines_;
  ControlRow& control_;
};

}  // namespace sallyport
