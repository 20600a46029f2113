// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/registry/audit_chain.hpp"
#include "agent/registry/registry.hpp"
#include "agent/service/backup.hpp"
#include "agent/service/event_stream.hpp"
#include "agent/service/explanation.hpp"
#include "agent/service/key_view.hpp"
#include "agent/service/receipt.hpp"
#include "agent/service/status_view.hpp"
#include "agent/service/top_view.hpp"

namespace sallyport {

enum class BanOrigin : std::uint8_t { kOperator, kOffender };

struct BanView {
  Address source;
  BanOrigin origin = BanOrigin::kOperator;
  std::string reason;
  UnixSeconds created_at = 0;
  UnixSeconds expires_at = 0;  // 0: until removed
  std::uint32_t refusals = 0;  // evidence, kOffender only
  std::uint32_t repetition = 0;
};

/// What the control API can ask of the agent. Implemented by agent/app, which runs each call on
/// the control strand. Every call may come from any thread and blocks until it is done; a
/// change is acknowledged by kernel and terminator when its call returns.
class Operations {
 public:
  virtual ~Operations() = default;

  virtual Result<Receipt> create_tenant(const Actor& actor, const std::string& name) = 0;
  virtual Result<std::vector<Tenant>> tenants() = 0;
  virtual Result<Receipt> set_tenant_state(const Actor& actor, const std::string& name,
                                           Lifecycle state, const std::string& reason) = 0;

  virtual Result<Receipt> create_user(const Actor& actor, const std::string& tenant,
                                      const std::string& name) = 0;
  virtual Result<std::vector<User>> users(const std::string& tenant) = 0;
  virtual Result<Receipt> set_user_state(const Actor& actor, const UserName& user, Lifecycle state,
                                         const std::string& reason) = 0;

  /// `spec.id` and `spec.digest` are ignored: the key is made here.
  virtual Result<CreatedKey> create_key(const Actor& actor, const KeySpec& spec) = 0;
  /// At most `most` of them, and where to go on. A page may be short and not be the last.
  virtual Result<KeyViews> keys(const KeyFilter& filter, const KeyCursor& after,
                                std::size_t most) = 0;
  virtual Result<KeyView> key(const std::string& id) = 0;
  virtual Result<Receipt> set_key_state(const Actor& actor, const std::string& id, Standing state,
                                        const std::string& reason) = 0;
  virtual Result<Receipt> update_key(const Actor& actor, const std::string& id,
                                     const KeyPatch& patch, const std::string& reason) = 0;
  virtual Result<Receipt> transfer_key(const Actor& actor, const std::string& id,
                                       const UserName& heir, const std::string& reason) = 0;
  virtual Result<LeakAnswer> report_leak(const Actor& actor, const std::vector<KeyDigest>& digests,
                                         const std::string& reason) = 0;
  /// The successor, made here.
  virtual Result<CreatedKey> rotate_key(const Actor& actor, const std::string& id,
                                        const RotationOrder& order, const std::string& reason) = 0;

  /// A part of an import, in one transaction. What is wrong with its rows is in the outcome.
  virtual Result<ImportOutcome> import_rows(const Actor& actor, const std::vector<ImportRow>& rows,
                                            ImportMode mode) = 0;
  /// After the last part, however it went: what was taken is durable when it returns.
  virtual Result<Revision> end_import(const Actor& actor, const ImportReport& sum,
                                      const std::string& fault) = 0;

  virtual Result<Receipt> add_ban(const Actor& actor, const Ban& ban) = 0;
  virtual Result<Receipt> remove_ban(const Actor& actor, const Address& source) = 0;
  virtual Result<std::vector<BanView>> bans() = 0;

  virtual Result<Receipt> put_cidr(const Actor& actor, const CidrEntry& entry) = 0;
  virtual Result<Receipt> remove_cidr(const Actor& actor, const Cidr& prefix) = 0;
  /// `entries` become the whole list.
  virtual Result<Receipt> replace_cidrs(const Actor& actor,
                                        const std::vector<CidrEntry>& entries) = 0;
  virtual Result<std::vector<CidrEntry>> cidrs() = 0;

  virtual Result<StatusView> status() = 0;
  virtual Result<CountersView> counters() = 0;
  /// Looks for as long as the window is; does not hold the control strand up. kFull: too many look.
  virtual Result<TopView> top(const TopQuery& query) = 0;
  /// `service` empty: every service.
  virtual Result<Receipt> set_mode(const Actor& actor, const std::string& service,
                                   sp_mode mode) = 0;

  /// The change log after `since`, of at most `most` revisions.
  virtual Result<std::vector<ChangeRecord>> changes(Revision since, std::size_t most) = 0;
  /// Waits at most so long for a revision beyond `seen`. False: the agent is stopping.
  virtual bool await_change(Revision seen, std::chrono::milliseconds patience) = 0;

  virtual Result<std::vector<AuditRecord>> audit(std::uint64_t after, std::size_t most) = 0;
  /// `expected`: a head that was kept elsewhere; of sequence 0: none.
  virtual Result<AuditVerdict> verify_audit(const AuditHead& expected) = 0;

  /// Of one moment, while all else goes on.
  virtual Result<Backup> back_up(const Actor& actor) = 0;

  /// Why `subject` (an address, a key's id, a connection) would pass or not. kInvalid: it is none
  /// of these; it is not repeated, since it may be anything.
  virtual Result<Explanation> explain(const std::string& subject, const std::string& service) = 0;

  /// Does not run on the control strand. Once the agent stops, every stream comes to its end.
  virtual Result<std::unique_ptr<EventStream>> watch_events(const EventQuery& query) = 0;
};

}  // namespace sallyport
