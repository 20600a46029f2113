// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/base/address.hpp"
#include "agent/base/clock.hpp"
#include "agent/datapath/tables.hpp"
#include "agent/offenders/offender_policy.hpp"
#include "agent/registry/model.hpp"

namespace sallyport {

/// One ban as it is in force.
struct BanInForce {
  Address source;  // as_source() form
  bool by_operator = false;
  std::string reason;
  UnixSeconds created_at = 0;
  BootNs expires_ns = SP_NEVER;
  std::uint32_t refusals = 0;  // evidence of an offender
  std::uint32_t repetition = 0;
};

/// Every ban in force on this host, the truth for the inner door, mirrored into the kernel's
/// source table. Where that has no room or is gone, the ban still holds here, and the failure
/// is returned and counted.
///
/// Thread safety: `is_banned` from any thread; all else from the control strand.
class BanList {
 public:
  explicit BanList(SourceTable& table) : table_(table) {}

  [[nodiscard]] bool is_banned(const Address& source, BootNs now) const noexcept;

  /// An operator's ban; it outranks an offender's on the same source.
  Result<void> put(const Ban& ban, UnixSeconds unix_time, BootNs boot_time);
  /// An offender's ban, `kBanSource` only.
  Result<void> put(const OffenderVerdict& verdict, UnixSeconds unix_time, BootNs boot_time);
  /// Lifts both kinds; whether there was one.
  Result<bool> remove(const Address& source);

  /// Forgets what has ended, here and in the kernel. Returns the bans that ended.
  std::vector<BanInForce> expire(BootNs now);

  /// After a restart: takes over the offenders' bans that the kernel still holds, puts the
  /// registry's, and clears what else is there. No ban that stays is out of force meanwhile.
  Result<void> adopt(const std::vector<Ban>& by_operator, UnixSeconds unix_time, BootNs boot_time);

  /// Makes the kernel's table hold the bans that are in force; how many rows did not say so.
  Result<std::uint64_t> read_back(BootNs now);

  [[nodiscard]] std::vector<BanInForce> in_force(BootNs now) const;
  [[nodiscard]] std::uint64_t table_failures() const noexcept { return table_failures_.load(); }

 private:
  struct Entry {
    std::optional<BanInForce> by_operator;
    std::optional<BanInForce> by_policy;
  };

  static const BanInForce* strongest(const Entry& entry, BootNs now) noexcept;
  Result<void> mirror(const Address& source, const Entry& entry, BootNs now);

  SourceTable& table_;
  mutable std::shared_mutex lock_;  // around bans_; the control strand alone writes
  std::unordered_map<Address, Entry, AddressHash> bans_;
  std::atomic<std::size_t> size_{0};  // lets accepts skip the lock while nobody is banned
  std::atomic<std::uint64_t> table_failures_{0};
};

}  // namespace sallyport
