// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <mutex>
#include <set>
#include <string>

#include "agent/datapath/control_row.hpp"
#include "agent/datapath/kernel_map.hpp"
#include "agent/datapath/tables.hpp"

namespace sallyport {

/// sp_denied_keys. While a row is in it that ought to be gone, none is in force.
class KernelDeniedKeys final : public DeniedKeyTable {
 public:
  KernelDeniedKeys(const bpf_map* map, ControlRow& control) : map_(map), control_(control) {}

  Result<void> put(std::span<const Row> rows) override;
  Result<void> erase(std::span<const sp_denied_key_id> ids) override;
  [[nodiscard]] Result<std::vector<Row>> rows() const override;
  [[nodiscard]] TableUse use() const { return map_.use("denied_keys"); }

 private:
  KernelMap<sp_denied_key_id, sp_denied_key> map_;
  ControlRow& control_;
  std::mutex lock_;              // around stuck_
  std::set<std::string> stuck_;  // digests that the kernel did not let go of
};

}  // namespace sallyport
