// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/registry/model.hpp"
#include "agent/registry/store.hpp"

namespace sallyport {

/// What a new key is to be. Its digest and id are made (or imported) by the caller.
struct KeySpec {
  KeyId id{};
  KeyDigest digest{};
  std::string tenant;
  std::string user;
  std::string env;
  UnixSeconds not_before = 0;
  UnixSeconds expires_at = 0;
  RequestLimit limit;
  TrafficLimit traffic;
  std::string note;
};

/// Tenants, users, keys, bans, prefixes and service modes, with their rules: every change is one
/// transaction of the store with a revision and a change-log row, and owner and key share a
/// fate inside it. It knows no SQL and no clock of its own: `now` is the wall clock.
///
/// Thread safety: confined to the control strand.
class Registry {
 public:
  /// `store` must outlive the registry.
  explicit Registry(Store& store) : store_(store) {}

  [[nodiscard]] Result<Commit> create_tenant(const Actor& actor, std::string_view name,
                                             UnixSeconds now);
  [[nodiscard]] Result<std::vector<Tenant>> tenants() const;

  /// kNotFound: no such tenant; kConflict: the tenant is not active.
  [[nodiscard]] Result<Commit> create_user(const Actor& actor, std::string_view tenant,
                                           std::string_view name, UnixSeconds now);
  /// `tenant` empty: of every tenant. Removed users are left out.
  [[nodiscard]] Result<std::vector<User>> users(std::string_view tenant) const;
  /// Revokes the user's keys in the same transaction.
  [[nodiscard]] Result<Commit> remove_user(const Actor& actor, std::string_view tenant,
                                           std::string_view name, UnixSeconds now);

  /// kExists: id or digest is taken, even by a revoked key; kConflict: user or tenant inactive.
  [[nodiscard]] Result<Commit> create_key(const Actor& actor, const KeySpec& spec, UnixSeconds now);
  [[nodiscard]] Result<std::vector<Key>> keys(const KeyFilter& filter) const;
  [[nodiscard]] Result<Key> get_key(std::string_view id) const;  // kNotFound
  /// Revoking twice is not an error: the second commit has no changes and the current revision.
  [[nodiscard]] Result<Commit> revoke_key(const Actor& actor, std::string_view id,
                                          std::string_view reason, UnixSeconds now);

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

  /// The change log after `since`; see `StoreReader::changes_since`.
  [[nodiscard]] Result<std::vector<ChangeRecord>> changes_since(Revision since,
                                                                std::size_t most) const;

  /// Start-up replay, in no particular order; stops at the first failure.
  [[nodiscard]] Result<void> for_each_key(const std::function<void(const Key&)>& visit) const;
  [[nodiscard]] Result<std::uint64_t> key_count() const;

 private:
  /// Runs `body` in a transaction, with a change-log line for each of its changes. Without any,
  /// nothing is committed and the revision stays.
  using Body = std::function<Result<std::vector<Change>>()>;
  Result<Commit> transact(const ChangeRecord& request, const Body& body);
  /// What a change of the list comes to, as the open transaction has it.
  Result<std::vector<Change>> cidrs_changed(std::string subject) const;
  Result<User> active_user(std::string_view tenant, std::string_view name) const;

  Store& store_;
};

}  // namespace sallyport
