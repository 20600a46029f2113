// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/registry/store.hpp"

namespace sallyport::test {

/// A store whose n-th step of changing (begin, a write, commit) from now on fails, as on a full
/// disk; reads and all other steps are those of `inner`. A commit that fails rolls back, as the
/// port demands.
class FailingStore final : public Store {
 public:
  explicit FailingStore(Store& inner) : inner_(inner) {}

  /// 1: the next step. 0: none.
  void fail_at(unsigned step) {
    fail_at_ = step;
    steps_ = 0;
  }
  [[nodiscard]] unsigned steps() const noexcept { return steps_; }

  Result<void> begin() override { return fails() ? broken() : inner_.begin(); }
  Result<void> begin_bulk() override { return fails() ? broken() : inner_.begin_bulk(); }
  void end_bulk() noexcept override { inner_.end_bulk(); }
  Result<void> put_tenant(const Tenant& tenant) override {
    return fails() ? broken() : inner_.put_tenant(tenant);
  }
  Result<void> put_user(const User& user) override {
    return fails() ? broken() : inner_.put_user(user);
  }
  Result<void> put_key(const Key& key) override { return fails() ? broken() : inner_.put_key(key); }
  Result<void> put_ban(const Ban& ban) override { return fails() ? broken() : inner_.put_ban(ban); }
  Result<void> erase_ban(const Address& source) override {
    return fails() ? broken() : inner_.erase_ban(source);
  }
  Result<void> put_cidr(const CidrEntry& entry) override {
    return fails() ? broken() : inner_.put_cidr(entry);
  }
  Result<void> erase_cidr(const Cidr& prefix) override {
    return fails() ? broken() : inner_.erase_cidr(prefix);
  }
  Result<void> erase_cidrs() override { return fails() ? broken() : inner_.erase_cidrs(); }
  Result<void> put_mode(const ServiceMode& mode) override {
    return fails() ? broken() : inner_.put_mode(mode);
  }
  Result<void> append_change(const ChangeRecord& change) override {
    return fails() ? broken() : inner_.append_change(change);
  }
  Result<void> append_audit(const AuditRecord& record) override {
    return fails() ? broken() : inner_.append_audit(record);
  }
  Result<Revision> commit() override {
    if (!fails()) return inner_.commit();
    inner_.rollback();
    return broken().error();
  }
  void rollback() noexcept override { inner_.rollback(); }

  Result<Revision> revision() const override { return inner_.revision(); }
  Result<std::optional<Tenant>> find_tenant(std::string_view name) const override {
    return inner_.find_tenant(name);
  }
  Result<std::vector<Tenant>> tenants() const override { return inner_.tenants(); }
  Result<std::optional<User>> find_user(std::string_view tenant,
                                        std::string_view name) const override {
    return inner_.find_user(tenant, name);
  }
  Result<std::vector<User>> users(std::string_view tenant) const override {
    return inner_.users(tenant);
  }
  Result<std::optional<Key>> find_key(std::string_view id) const override {
    return inner_.find_key(id);
  }
  Result<std::optional<Key>> find_key(const KeyDigest& digest) const override {
    return inner_.find_key(digest);
  }
  Result<void> for_each_key(const KeyFilter& filter,
                            const std::function<void(const Key&)>& visit) const override {
    return inner_.for_each_key(filter, visit);
  }
  Result<KeyPage> keys_page(const KeyFilter& filter, const KeyCursor& after,
                            std::size_t most) const override {
    return inner_.keys_page(filter, after, most);
  }
  Result<std::vector<ChangeRecord>> change_lines(ChangePlace after, Revision last,
                                                 std::size_t most) const override {
    return inner_.change_lines(after, last, most);
  }
  Result<std::vector<AuditRecord>> audit_page(std::uint64_t after,
                                              std::size_t most) const override {
    return inner_.audit_page(after, most);
  }
  Result<std::optional<AuditRecord>> last_audit() const override { return inner_.last_audit(); }
  Result<AuditHead> audit_head() const override { return inner_.audit_head(); }
  Result<std::uint64_t> key_count() const override { return inner_.key_count(); }
  Result<void> for_each_use(const std::function<void(const KeyUseRecord&)>& visit) const override {
    return inner_.for_each_use(visit);
  }
  Result<std::unique_ptr<StoreCopy>> copy_to(const std::string& file) override {
    return inner_.copy_to(file);
  }
  Result<void> save_uses(std::span<const KeyUseRecord> uses) override {
    return inner_.save_uses(uses);
  }
  Result<std::vector<Ban>> bans() const override { return inner_.bans(); }
  Result<std::vector<CidrEntry>> cidrs() const override { return inner_.cidrs(); }
  Result<std::vector<ServiceMode>> modes() const override { return inner_.modes(); }
  Result<std::vector<ChangeRecord>> changes_since(Revision since, std::size_t most) const override {
    return inner_.changes_since(since, most);
  }

 private:
  bool fails() noexcept { return ++steps_ == fail_at_; }
  static Result<void> broken() { return failure(Errc::kFull, "the disk is full"); }

  Store& inner_;
  unsigned fail_at_ = 0;
  unsigned steps_ = 0;
};

}  // namespace sallyport::test
