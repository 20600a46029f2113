// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/libbpf.h>

#include <atomic>
#include <mutex>
#include <span>

#include "agent/base/unique_fd.hpp"
#include "agent/datapath/cidr_blocks.hpp"
#include "agent/datapath/control_row.hpp"
#include "agent/datapath/tables.hpp"

namespace sallyport {

/// A new list is made in the blocks and the trie that are not in force, then ControlRow turns the
/// programs over to it. An agent that is killed in between leaves the old list in force.
class KernelCidrs final : public CidrTable {
 public:
  /// `blocks`: of both lists.
  KernelCidrs(const bpf_map* tries, std::span<__u64> blocks, ControlRow& control)
      : tries_fd_(bpf_map__fd(tries)), blocks_(blocks), control_(control) {}

  Result<void> replace(std::span<const CidrRule> rules) override;
  [[nodiscard]] bool holds(std::span<const CidrRule> rules) const override;
  [[nodiscard]] TableUse use() const { return {"cidrs", size_.load(), kMostCidrs}; }

 private:
  Result<void> make(std::span<const CidrRule> rules, __u32 list, __u32& flags);
  /// Puts it where no program looks now, and waits until none does any more.
  Result<void> place(const UniqueFd& trie, __u32 list);

  int tries_fd_;
  std::span<__u64> blocks_;
  ControlRow& control_;
  std::mutex lock_;  // of whoever replaces
  std::atomic<std::uint64_t> size_{0};
};

}  // namespace sallyport
