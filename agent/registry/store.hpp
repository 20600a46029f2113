// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/registry/model.hpp"

namespace sallyport {

enum class ChangeKind : std::uint8_t { kTenant, kUser, kKey, kBan, kMode };

/// One line of the change log: what a transaction did to one thing. A transaction that takes a
/// user's keys along has a line for the user and one for each key.
struct ChangeRecord {
  Revision revision = 0;
  std::uint32_t sequence = 0;  // within the revision, from 0
  UnixSeconds at = 0;
  std::string actor;
  ChangeKind kind = ChangeKind::kTenant;
  std::string subject;  // "acme", "acme/alice", "Xy12AbCd", "192.0.2.7", "api"
  std::string verb;     // "create", "revoke"
  std::string reason;
};

struct KeyFilter {
  std::string tenant;  // empty: any
  std::string user;    // empty: any
  std::optional<Standing> state;
};

/// A change in the making. Reads of its store see it; nobody else does until `commit`.
/// Destroyed without a commit that succeeded, it leaves nothing behind.
class Transaction {
 public:
  virtual ~Transaction() = default;

  // Each puts the row in place of the one of the same identity, or adds it.
  [[nodiscard]] virtual Result<void> put(const Tenant& tenant) = 0;  // by name
  /// By tenant and name among users that aren't removed: a removed one is never touched again.
  [[nodiscard]] virtual Result<void> put(const User& user) = 0;
  /// By id; digest and owner never change. kExists: another key has the digest.
  [[nodiscard]] virtual Result<void> put(const Key& key) = 0;
  [[nodiscard]] virtual Result<void> put(const Ban& ban) = 0;           // by source
  [[nodiscard]] virtual Result<void> put(const ServiceMode& mode) = 0;  // by service
  [[nodiscard]] virtual Result<void> erase_ban(const Address& source) = 0;

  /// Revision and sequence are the store's to give: those of `change` are ignored.
  [[nodiscard]] virtual Result<void> append_change(const ChangeRecord& change) = 0;

  /// Durable when it returns. Refuses a transaction without a line in the change log. Whatever
  /// the outcome, the transaction is over.
  [[nodiscard]] virtual Result<Revision> commit() = 0;
};

/// Where the registry's rows are durable: SQLite today, a distributed store for a fleet. Nothing
/// above this header may know which.
///
/// Thread safety: confined to the control strand.
class Store {
 public:
  virtual ~Store() = default;

  /// One transaction at a time; it must not outlive the store.
  [[nodiscard]] virtual Result<std::unique_ptr<Transaction>> begin() = 0;

  [[nodiscard]] virtual Result<Revision> revision() const = 0;  // 0: nothing was ever committed
  [[nodiscard]] virtual Result<std::optional<Tenant>> find_tenant(std::string_view name) const = 0;
  [[nodiscard]] virtual Result<std::vector<Tenant>> tenants() const = 0;
  /// Removed users are not found, and not listed.
  [[nodiscard]] virtual Result<std::optional<User>> find_user(std::string_view tenant,
                                                              std::string_view name) const = 0;
  [[nodiscard]] virtual Result<std::vector<User>> users(std::string_view tenant) const = 0;
  [[nodiscard]] virtual Result<std::optional<Key>> find_key(std::string_view id) const = 0;
  [[nodiscard]] virtual Result<std::optional<Key>> find_key(const KeyDigest& digest) const = 0;
  /// Every key that the filter lets through, by id. `visit` must not open a transaction.
  [[nodiscard]] virtual Result<void> for_each_key(
      const KeyFilter& filter, const std::function<void(const Key&)>& visit) const = 0;
  [[nodiscard]] virtual Result<std::uint64_t> key_count() const = 0;
  [[nodiscard]] virtual Result<std::vector<Ban>> bans() const = 0;
  [[nodiscard]] virtual Result<std::vector<ServiceMode>> modes() const = 0;
  /// The change log after `since`, in order, of at most `revisions` revisions, each whole: a
  /// subscriber goes on from the last one it was given. Empty: there is nothing newer.
  [[nodiscard]] virtual Result<std::vector<ChangeRecord>> changes_since(
      Revision since, std::uint32_t revisions) const = 0;
};

}  // namespace sallyport
