// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "agent/association/key_index.hpp"
#include "agent/sync/ban_list.hpp"
#include "agent/sync/cidr_list.hpp"
#include "agent/sync/denied_keys.hpp"
#include "agent/sync/slot_table.hpp"

namespace sallyport {

/// Compares, now and then, what the kernel's tables say with what they should say, and mends them:
/// somebody may have written a pinned table, and a fault of ours may have been missed. Bindings of
/// connections are not compared: they come and go by the workers' hands.
///
/// Thread safety: confined to the control strand.
class ReadBack {
 public:
  static constexpr BootNs kInterval = 60 * kSecondNs;

  ReadBack(Tables& tables, KeyIndex& index, SlotTable& slots, DeniedKeys& denied, CidrList& cidrs,
           BanList& bans)
      : tables_(tables),
        index_(index),
        slots_(slots),
        denied_(denied),
        cidrs_(cidrs),
        bans_(bans) {}

  /// What one table's turn has come to.
  struct Finding {
    const char* table;  // static storage
    Result<std::uint64_t> mended;
  };

  /// Nothing until `kInterval` after the last time; else the findings that are worth a word.
  [[nodiscard]] std::vector<Finding> run_if_due(BootNs now);
  /// At once.
  [[nodiscard]] std::vector<Finding> run(BootNs now);

  /// Rows that were not what they should be, since the agent started.
  [[nodiscard]] std::uint64_t drift() const noexcept { return drift_; }

 private:
  Tables& tables_;
  KeyIndex& index_;
  SlotTable& slots_;
  DeniedKeys& denied_;
  CidrList& cidrs_;
  BanList& bans_;
  BootNs last_at_ = 0;
  std::uint64_t drift_ = 0;
};

}  // namespace sallyport
