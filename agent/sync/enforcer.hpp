// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/association/key_index.hpp"
#include "agent/registry/registry.hpp"
#include "agent/sync/ban_list.hpp"
#include "agent/sync/cidr_list.hpp"
#include "agent/sync/denied_keys.hpp"
#include "agent/sync/expiry_watch.hpp"
#include "agent/sync/lingering_bindings.hpp"
#include "agent/sync/slot_table.hpp"

namespace sallyport {

/// What a commit means for live work: the terminator must cut it before the change is done.
struct Enforced {
  std::vector<KeyEntry*> condemned;  // keys that were good before, or did not stay whose they were
  std::vector<Address> banned;       // sources an operator banned
  bool cidrs_changed = false;        // whose source is denied now must be cut
  std::vector<ServiceMode> modes;    // for the services table, which the caller owns
  std::vector<Failure> table_failures;  // the inner door does the job; the operator is told
};

/// Makes index, key slots, denied keys, prefixes and source table equal to what the registry
/// implies: all of it at start, one commit at a time after that. The order is deny first: index,
/// then kernel; the caller cuts live work last.
///
/// Thread safety: confined to the control strand.
class Enforcer {
 public:
  Enforcer(KeyIndex& index, SlotTable& slots, DeniedKeys& denied, CidrList& cidrs, BanList& bans)
      : index_(index), slots_(slots), denied_(denied), cidrs_(cidrs), bans_(bans) {}

  [[nodiscard]] Enforced apply(const Commit& commit);

  /// Start-up: fills the index from the registry, gives slots and bans back as the kernel
  /// remembers them, and lets go of bindings of the last agent's sockets; those of condemned
  /// keys linger. Nothing that stays condemned is out of force meanwhile.
  Result<void> replay(const Registry& registry, ConnectionTable& connections,
                      LingeringBindings& lingering);

  /// Condemns the keys whose validity has ended since the last call; they must be cut.
  [[nodiscard]] std::vector<KeyEntry*> expire(UnixSeconds now);

 private:
  void apply(const Tenant& tenant, Enforced& out);
  void apply(const User& user, Enforced& out);
  void apply(const Key& key, Enforced& out);
  void apply(const Ban& ban, Enforced& out);
  void apply(const BanRemoved& ban, Enforced& out);
  void apply(const CidrsChanged& list, Enforced& out);
  void apply(const ServiceMode& mode, Enforced& out);
  /// The entry that stands for the key now.
  KeyEntry& enter(const Key& key, Enforced& out);
  /// Runs `change`, which changes the standing of an owner, and condemns who was good before.
  template <class Change>
  void change_owner(std::string_view tenant, std::string_view user, Change change, Enforced& out);
  /// Brings the slot's verdict in line; true when the key went from good to condemned.
  bool judge(KeyEntry& key, UnixSeconds now);

  KeyIndex& index_;
  SlotTable& slots_;
  DeniedKeys& denied_;
  CidrList& cidrs_;
  BanList& bans_;
  ExpiryWatch expiries_;
};

}  // namespace sallyport
