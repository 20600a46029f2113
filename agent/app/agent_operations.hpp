// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>

#include "agent/app/control_plane.hpp"
#include "agent/service/operations.hpp"

namespace sallyport {

/// `Operations` as the control API calls them: each call is posted to the control strand and
/// waited for. After `strand` has stopped, calls answer kUnavailable.
class AgentOperations final : public Operations {
 public:
  /// All must outlive it; `control` and `parts` are touched on `strand` alone.
  AgentOperations(boost::asio::io_context& strand, ControlPlane& control, Parts& parts)
      : strand_(strand), control_(control), parts_(parts) {}

  Result<Receipt> create_tenant(const Actor& actor, const std::string& name) override;
  Result<std::vector<Tenant>> tenants() override;
  Result<Receipt> set_tenant_state(const Actor& actor, const std::string& name, Lifecycle state,
                                   const std::string& reason) override;
  Result<Receipt> create_user(const Actor& actor, const std::string& tenant,
                              const std::string& name) override;
  Result<std::vector<User>> users(const std::string& tenant) override;
  Result<Receipt> set_user_state(const Actor& actor, const UserName& user, Lifecycle state,
                                 const std::string& reason) override;
  Result<CreatedKey> create_key(const Actor& actor, const KeySpec& spec) override;
  Result<KeyViews> keys(const KeyFilter& filter, const KeyCursor& after, std::size_t most) override;
  Result<KeyView> key(const std::string& id) override;
  Result<Receipt> set_key_state(const Actor& actor, const std::string& id, Standing state,
                                const std::string& reason) override;
  Result<Receipt> update_key(const Actor& actor, const std::string& id, const KeyPatch& patch,
                             const std::string& reason) override;
  Result<Receipt> transfer_key(const Actor& actor, const std::string& id, const UserName& heir,
                               const std::string& reason) override;
  Result<LeakAnswer> report_leak(const Actor& actor, const std::vector<KeyDigest>& digests,
                                 const std::string& reason) override;
  Result<CreatedKey> rotate_key(const Actor& actor, const std::string& id,
                                const RotationOrder& order, const std::string& reason) override;
  Result<ImportOutcome> import_rows(const Actor& actor, const std::vector<ImportRow>& rows,
                                    ImportMode mode) override;
  Result<Revision> end_import(const Actor& actor, const ImportReport& sum,
                              const std::string& fault) override;
  Result<Receipt> add_ban(const Actor& actor, const Ban& ban) override;
  Result<Receipt> remove_ban(const Actor& actor, const Address& source) override;
  Result<std::vector<BanView>> bans() override;
  Result<Receipt> put_cidr(const Actor& actor, const CidrEntry& entry) override;
  Result<Receipt> remove_cidr(const Actor& actor, const Cidr& prefix) override;
  Result<Receipt> replace_cidrs(const Actor& actor, const std::vector<CidrEntry>& entries) override;
  Result<std::vector<CidrEntry>> cidrs() override;
  Result<StatusView> status() override;
  Result<CountersView> counters() override;
  Result<TopView> top(const TopQuery& query) override;
  Result<Receipt> set_mode(const Actor& actor, const std::string& service, sp_mode mode) override;
  Result<std::vector<ChangeRecord>> changes(Revision since, std::size_t most) override;
  bool await_change(Revision seen, std::chrono::milliseconds patience) override;
  Result<std::vector<AuditRecord>> audit(std::uint64_t after, std::size_t most) override;
  Result<AuditVerdict> verify_audit(const AuditHead& expected) override;
  Result<Backup> back_up(const Actor& actor) override;
  Result<Explanation> explain(const std::string& subject, const std::string& service) override;
  Result<std::unique_ptr<EventStream>> watch_events(const EventQuery& query) override;

 private:
  template <class Call>
  auto on_strand(Call call) -> decltype(call());

  boost::asio::io_context& strand_;
  ControlPlane& control_;
  Parts& parts_;
};

}  // namespace sallyport
