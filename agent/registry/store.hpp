// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/registry/model.hpp"
#include "agent/registry/store_rows.hpp"

namespace sallyport {

/// What a store can tell. Rows are as of the last commit, or of the open transaction.
class StoreReader {
 public:
  virtual ~StoreReader() = default;
  [[nodiscard]] virtual Result<Revision> revision() const = 0;
  [[nodiscard]] virtual Result<std::optional<Tenant>> find_tenant(std::string_view name) const = 0;
  [[nodiscard]] virtual Result<std::vector<Tenant>> tenants() const = 0;
  /// Removed users are not found.
  [[nodiscard]] virtual Result<std::optional<User>> find_user(std::string_view tenant,
                                                              std::string_view name) const = 0;
  [[nodiscard]] virtual Result<std::vector<User>> users(std::string_view tenant) const = 0;
  [[nodiscard]] virtual Result<std::optional<Key>> find_key(std::string_view id) const = 0;
  [[nodiscard]] virtual Result<std::optional<Key>> find_key(const KeyDigest& digest) const = 0;
  /// Calls `visit` with each key that the filter lets through, by id; stops at a failure.
  virtual Result<void> for_each_key(const KeyFilter& filter,
                                    const std::function<void(const Key&)>& visit) const = 0;
  /// At most `most` of them after `after`. However few there are among many, it takes a few
  /// milliseconds: a page may be short, or empty, and yet not be the last.
  [[nodiscard]] virtual Result<KeyPage> keys_page(const KeyFilter& filter, const KeyCursor& after,
                                                  std::size_t most) const = 0;
  [[nodiscard]] virtual Result<std::uint64_t> key_count() const = 0;
  virtual Result<void> for_each_use(
      const std::function<void(const KeyUseRecord&)>& visit) const = 0;
  [[nodiscard]] virtual Result<std::vector<Ban>> bans() const = 0;
  /// By address, the outer prefix before the inner.
  [[nodiscard]] virtual Result<std::vector<CidrEntry>> cidrs() const = 0;
  [[nodiscard]] virtual Result<std::vector<ServiceMode>> modes() const = 0;
  /// The change log after `since`, in order, of at most `most` revisions, each whole: a subscriber
  /// goes on from the last one it was given. Empty: there is nothing newer.
  [[nodiscard]] virtual Result<std::vector<ChangeRecord>> changes_since(Revision since,
                                                                        std::size_t most) const = 0;
  /// At most `most` lines after `after`, of revisions up to `last`.
  [[nodiscard]] virtual Result<std::vector<ChangeRecord>> change_lines(ChangePlace after,
                                                                       Revision last,
                                                                       std::size_t most) const = 0;
  /// The records after `after`, in order, at most `most`.
  [[nodiscard]] virtual Result<std::vector<AuditRecord>> audit_page(std::uint64_t after,
                                                                    std::size_t most) const = 0;
  /// The last record; nullopt: there is none yet.
  [[nodiscard]] virtual Result<std::optional<AuditRecord>> last_audit() const = 0;
  /// What was noted beside the log when its last record was written.
  [[nodiscard]] virtual Result<AuditHead> audit_head() const = 0;
};

/// A copy of a store that goes on being used.
class StoreCopy {
 public:
  virtual ~StoreCopy() = default;
  /// A bounded part. False: it is whole and on the disk, and of this moment.
  [[nodiscard]] virtual Result<bool> step() = 0;
};

/// When a transaction is to survive a power cut.
enum class Durability : std::uint8_t { kNow, kLater };

/// Where the registry's rows are durable. SQLite today, a distributed store later: nothing above
/// this header may know which.
///
/// Thread safety: confined to the control strand.
class Store : public StoreReader {
 public:
  /// At most one transaction is open at a time. Until `commit` returns, nothing of it is durable;
  /// after `rollback`, or a failed `commit`, nothing of it is there.
  virtual Result<void> begin() = 0;
  /// One in a long row of them: its commit does not wait for the disk. The next one that `begin`
  /// began takes it along.
  virtual Result<void> begin_bulk() = 0;
  virtual void end_bulk() noexcept = 0;  // the row is over
  virtual Result<void> put_tenant(const Tenant& tenant) = 0;
  virtual Result<void> put_user(const User& user) = 0;  // by tenant and name, removed ones apart
  virtual Result<void> put_key(const Key& key) = 0;     // by id
  virtual Result<void> put_ban(const Ban& ban) = 0;     // by source
  virtual Result<void> erase_ban(const Address& source) = 0;
  virtual Result<void> put_cidr(const CidrEntry& entry) = 0;  // by prefix
  virtual Result<void> erase_cidr(const Cidr& prefix) = 0;
  virtual Result<void> erase_cidrs() = 0;
  virtual Result<void> put_mode(const ServiceMode& mode) = 0;  // by service
  virtual Result<void> append_change(
      const ChangeRecord& change) = 0;  // revision and sequence are given by the store
  virtual Result<void> append_audit(const AuditRecord& record) = 0;  // and notes it as the head
  /// Durable when it returns; the revision then, a new one where changes were logged. Refuses a
  /// transaction that logged nothing.
  virtual Result<Revision> commit() = 0;
  virtual void rollback() noexcept = 0;

  /// Into a new file, for its owner alone.
  [[nodiscard]] virtual Result<std::unique_ptr<StoreCopy>> copy_to(const std::string& file) = 0;

  /// Outside a transaction. Does not wait for the disk: a power cut may take it away again.
  virtual Result<void> save_uses(std::span<const KeyUseRecord> uses) = 0;
};

}  // namespace sallyport
