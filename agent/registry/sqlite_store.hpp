// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "agent/registry/sqlite_database.hpp"
#include "agent/registry/store.hpp"

namespace sallyport {

/// The store in one SQLite file.
class SqliteStore final : public Store {
 public:
  /// Makes the file if there is none (its directory must exist). kConflict: another process has
  /// it open; kIncompatible: it is of a newer agent, damaged, or something else.
  [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(const std::string& file);

  /// One that nobody has open, as it is: nothing in it is changed. kIncompatible as above, and
  /// where it is of an older agent.
  [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> inspect(const std::string& file);

  [[nodiscard]] const SqliteDatabase& database() const noexcept { return database_; }
  [[nodiscard]] Result<Revision> revision() const override;
  [[nodiscard]] Result<std::optional<Tenant>> find_tenant(std::string_view name) const override;
  [[nodiscard]] Result<std::vector<Tenant>> tenants() const override;
  [[nodiscard]] Result<std::optional<User>> find_user(std::string_view tenant,
                                                      std::string_view name) const override;
  [[nodiscard]] Result<std::vector<User>> users(std::string_view tenant) const override;
  [[nodiscard]] Result<std::optional<Key>> find_key(std::string_view id) const override;
  [[nodiscard]] Result<std::optional<Key>> find_key(const KeyDigest& digest) const override;
  Result<void> for_each_key(const KeyFilter& filter,
                            const std::function<void(const Key&)>& visit) const override;
  [[nodiscard]] Result<KeyPage> keys_page(const KeyFilter& filter, const KeyCursor& after,
                                          std::size_t most) const override;
  [[nodiscard]] Result<std::uint64_t> key_count() const override;
  Result<void> for_each_use(const std::function<void(const KeyUseRecord&)>& visit) const override;
  [[nodiscard]] Result<std::vector<Ban>> bans() const override;
  [[nodiscard]] Result<std::vector<CidrEntry>> cidrs() const override;
  [[nodiscard]] Result<std::vector<ServiceMode>> modes() const override;
  [[nodiscard]] Result<std::vector<ChangeRecord>> changes_since(Revision since,
                                                                std::size_t most) const override;
  [[nodiscard]] Result<std::vector<ChangeRecord>> change_lines(ChangePlace after, Revision last,
                                                               std::size_t most) const override;
  [[nodiscard]] Result<std::vector<AuditRecord>> audit_page(std::uint64_t after,
                                                            std::size_t most) const override;
  [[nodiscard]] Result<std::optional<AuditRecord>> last_audit() const override;
  [[nodiscard]] Result<AuditHead> audit_head() const override;

  Result<void> begin() override;
  Result<void> begin_bulk() override;
  void end_bulk() noexcept override;
  Result<void> put_tenant(const Tenant& tenant) override;
  Result<void> put_user(const User& user) override;
  Result<void> put_key(const Key& key) override;
  Result<void> put_ban(const Ban& ban) override;
  Result<void> erase_ban(const Address& source) override;
  Result<void> put_cidr(const CidrEntry& entry) override;
  Result<void> erase_cidr(const Cidr& prefix) override;
  Result<void> erase_cidrs() override;
  Result<void> put_mode(const ServiceMode& mode) override;
  Result<void> append_change(const ChangeRecord& change) override;
  Result<void> append_audit(const AuditRecord& record) override;
  Result<Revision> commit() override;
  void rollback() noexcept override;
  [[nodiscard]] Result<std::unique_ptr<StoreCopy>> copy_to(const std::string& file) override;
  Result<void> save_uses(std::span<const KeyUseRecord> uses) override;

 private:
  explicit SqliteStore(SqliteDatabase database) : database_(std::move(database)) {}
  Result<void> begin_transaction();

  SqliteDatabase database_;
  Revision open_ = 0;         // the revision that the open transaction will make
  std::uint32_t logged_ = 0;  // its lines in the change log so far
  bool audited_ = false;      // it has a record in the audit log
  bool in_bulk_ = false;      // tuned for many transactions in a row
};

}  // namespace sallyport
