// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/registry/import.hpp"
#include "agent/registry/key_spec.hpp"

namespace sallyport {

/// Tenants, users, keys, bans, prefixes and service modes, with their rules: every change is one
/// transaction of the store with a revision, change-log rows and an audit record, and owner and
/// key share a fate inside it. It knows no SQL and no clock of its own: `now` is the wall clock.
///
/// Thread safety: confined to the control strand.
class Registry {
 public:
  explicit Registry(Store& store) : store_(store) {}  // which must outlive it

  [[nodiscard]] Result<Commit> create_tenant(const Actor& actor, std::string_view name,
                                             UnixSeconds now);
  [[nodiscard]] Result<std::vector<Tenant>> tenants() const;
  /// As `set_user_state`, and with its users.
  [[nodiscard]] Result<Commit> set_tenant_state(const Actor& actor, std::string_view name,
                                                Lifecycle state, std::string_view reason,
                                                UnixSeconds now);

  /// kNotFound: no such tenant; kConflict: the tenant is not active.
  [[nodiscard]] Result<Commit> create_user(const Actor& actor, std::string_view tenant,
                                           std::string_view name, UnixSeconds now);
  /// `tenant` empty: of every tenant. Removed users are left out.
  [[nodiscard]] Result<std::vector<User>> users(std::string_view tenant) const;
  /// A removal revokes the keys in the same transaction and is for ever (kConflict). A suspension
  /// stands above them: none is good while it lasts, all are what they were after it. No changes
  /// where the state is that already.
  [[nodiscard]] Result<Commit> set_user_state(const Actor& actor, std::string_view tenant,
                                              std::string_view name, Lifecycle state,
                                              std::string_view reason, UnixSeconds now);

  /// kExists: id or digest is taken, even by a revoked key; kConflict: user or tenant inactive.
  [[nodiscard]] Result<Commit> create_key(const Actor& actor, const KeySpec& spec, UnixSeconds now);
  [[nodiscard]] Result<std::vector<Key>> keys(const KeyFilter& filter) const;
  [[nodiscard]] Result<Key> get_key(std::string_view id) const;  // kNotFound
  /// kConflict: it is revoked, and is to be anything else. No changes where it is that already.
  [[nodiscard]] Result<Commit> set_key_state(const Actor& actor, std::string_view id,
                                             Standing state, std::string_view reason,
                                             UnixSeconds now);
  [[nodiscard]] Result<Commit> update_key(const Actor& actor, std::string_view id,
                                          const KeyPatch& patch, std::string_view reason,
                                          UnixSeconds now);
  [[nodiscard]] Result<Commit> transfer_key(const Actor& actor, std::string_view id,
                                            std::string_view tenant, std::string_view user,
                                            std::string_view reason, UnixSeconds now);
  /// Revokes those of the keys that are known and are not revoked yet; they are its changes.
  [[nodiscard]] Result<Commit> revoke_leaked(const Actor& actor, std::span<const KeyDigest> digests,
                                             std::string_view reason, UnixSeconds now);
  /// In one transaction. kConflict: it has a successor already, or is not good itself.
  [[nodiscard]] Result<Commit> rotate_key(const Actor& actor, std::string_view id,
                                          const KeyRotation& rotation, std::string_view reason,
                                          UnixSeconds now);
  /// What is wrong with the rows is in `report`, also where it fails. Not durable before the end.
  [[nodiscard]] Result<Commit> import_part(const Actor& actor, const ImportPart& part,
                                           ImportReport& report, UnixSeconds now);
  [[nodiscard]] Result<Revision> end_import(const Actor& actor, const ImportReport& sum,
                                            std::string_view fault, UnixSeconds now);
  /// Replaces an earlier ban of the same source.
  [[nodiscard]] Result<Commit> add_ban(const Actor& actor, const Ban& ban, UnixSeconds now);
  [[nodiscard]] Result<Commit> remove_ban(const Actor& actor, const Address& source,
                                          UnixSeconds now);  // kNotFound
  [[nodiscard]] Result<std::vector<Ban>> bans() const;
  /// Replaces an earlier word on the same prefix. kFull: kMostCidrs are there.
  [[nodiscard]] Result<Commit> put_cidr(const Actor& actor, const CidrEntry& entry,
                                        UnixSeconds now);
  [[nodiscard]] Result<Commit> remove_cidr(const Actor& actor, const Cidr& prefix,
                                           UnixSeconds now);  // kNotFound
  /// Makes `entries` the whole list. Of a prefix that is there twice the last one counts.
  [[nodiscard]] Result<Commit> replace_cidrs(const Actor& actor, std::span<const CidrEntry> entries,
                                             UnixSeconds now);
  [[nodiscard]] Result<std::vector<CidrEntry>> cidrs() const;
  [[nodiscard]] Result<Commit> set_mode(const Actor& actor, std::string_view service, sp_mode mode,
                                        UnixSeconds now);
  [[nodiscard]] Result<std::vector<ServiceMode>> modes() const;
  [[nodiscard]] Result<Revision> revision() const;
  [[nodiscard]] bool is_settled() const noexcept { return unsettled_ == 0; }  // all is durable
  [[nodiscard]] const StoreReader& reader() const noexcept { return store_; }
  /// Of the whole store, from now on; in the audit log.
  [[nodiscard]] Result<std::unique_ptr<StoreCopy>> begin_copy(const Actor& actor,
                                                              const std::string& file,
                                                              UnixSeconds now);
  /// The last audit record that was written since the start; of sequence 0: none.
  [[nodiscard]] const AuditHead& last_written() const noexcept { return last_written_; }
  /// The change log after `since`; see `StoreReader::changes_since`.
  [[nodiscard]] Result<std::vector<ChangeRecord>> changes_since(Revision since,
                                                                std::size_t most) const;
  /// Start-up replay, in no particular order; stops at the first failure.
  [[nodiscard]] Result<void> for_each_key(const std::function<void(const Key&)>& visit) const;
  [[nodiscard]] Result<std::uint64_t> key_count() const;
  [[nodiscard]] Result<void> save_uses(std::span<const KeyUseRecord> uses);

 private:
  /// Runs `body` in a transaction, with a line for each of its changes and a record in the audit
  /// log. Without a change nothing is committed; what the body refuses is recorded too.
  using Body = std::function<Result<std::vector<Change>>()>;
  Result<Commit> transact(const AuditRecord& act, const Body& body,
                          Durability durability = Durability::kNow);
  Result<void> log(const AuditRecord& act, const std::vector<Change>& changes);
  Failure refuse(AuditRecord act, Failure failure);
  Result<void> note(AuditRecord act);  // of what changed nothing itself

  Store& store_;
  AuditHead last_written_;
  Revision unsettled_ = 0;  // from it on nothing is durable yet; 0: all is
};

}  // namespace sallyport
