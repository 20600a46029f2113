// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/registry.hpp"

#include <algorithm>
#include <utility>

#include "agent/registry/audit_chain.hpp"
#include "agent/registry/change_lines.hpp"
#include "agent/registry/names.hpp"
#include "agent/registry/requests.hpp"

namespace sallyport {
namespace {

using Changes = std::vector<Change>;

/// Rolls back unless it is told that the transaction is over, whatever is thrown in between.
class RollbackGuard {
 public:
  explicit RollbackGuard(Store& store) noexcept : store_(&store) {}
  ~RollbackGuard() {
    if (store_ != nullptr) store_->rollback();
  }
  RollbackGuard(const RollbackGuard&) = delete;
  RollbackGuard& operator=(const RollbackGuard&) = delete;

  void dismiss() noexcept { store_ = nullptr; }
  void roll_back() noexcept { std::exchange(store_, nullptr)->rollback(); }

 private:
  Store* store_;
};

}  // namespace

Result<Commit> Registry::transact(const AuditRecord& act, const Body& body, Durability durability) {
  if (auto good = check_text("actor", act.actor); !good) return good.error();
  const bool is_now = durability == Durability::kNow;
  auto begun = is_now ? store_.begin() : store_.begin_bulk();
  if (!begun) return begun.error();
  RollbackGuard guard(store_);
  auto changes = body();
  if (!changes) {
    guard.roll_back();
    return refuse(act, changes.error());
  }
  if (changes->empty()) {
    auto current = revision();
    if (!current) return current.error();
    return Commit{*current, {}};
  }
  if (auto logged = log(act, *changes); !logged) return logged.error();
  auto written = store_.last_audit();
  if (!written) return written.error();
  guard.dismiss();  // a commit ends the transaction, done or failed
  auto revision = store_.commit();
  if (!revision) return revision.error();
  last_written_ = {(*written)->sequence, (*written)->hash};
  if (is_now) unsettled_ = 0;
  return Commit{*revision, std::move(*changes)};
}

Result<void> Registry::log(const AuditRecord& act, const std::vector<Change>& changes) {
  for (const auto& change : changes) {
    if (auto logged = store_.append_change(line_of(change, act)); !logged) return logged;
  }
  AuditRecord done = act;
  const auto first = line_of(changes.front(), act);
  done.kind = first.kind;
  done.subject = first.subject;
  if (changes.size() > 1) {
    done.detail += (done.detail.empty() ? "" : "; ") + std::string("and ") +
                   std::to_string(changes.size() - 1) + " more";
  }
  auto record = next_record(store_, std::move(done));
  if (!record) return record.error();
  return store_.append_audit(*record);
}

// What can't be recorded is refused all the same: the caller is told why it was not done.
Failure Registry::refuse(AuditRecord act, Failure why) {
  act.refusal = safe_text(why.message);
  (void)note(std::move(act));
  return why;
}

Result<void> Registry::note(AuditRecord act) {
  if (auto begun = store_.begin(); !begun) return begun;
  RollbackGuard guard(store_);
  auto record = next_record(store_, std::move(act));
  if (!record) return record.error();
  if (auto appended = store_.append_audit(*record); !appended) return appended;
  guard.dismiss();
  if (auto done = store_.commit(); !done) return done.error();
  last_written_ = {record->sequence, record->hash};
  unsettled_ = 0;
  return {};
}

Result<Commit> Registry::create_tenant(const Actor& actor, std::string_view name, UnixSeconds now) {
  const Tenant tenant{.name = std::string(name), .created_at = now};
  const Act act{"create", ChangeKind::kTenant, tenant.name};
  return transact(request(actor, act, now), [&]() -> Result<Changes> {
    if (auto good = check_name("tenant", name); !good) return good.error();
    auto taken = store_.find_tenant(name);
    if (!taken) return taken.error();
    if (*taken) return failure(Errc::kExists, "tenant exists already: " + tenant.name);
    if (auto put = store_.put_tenant(tenant); !put) return put.error();
    return Changes{tenant};
  });
}

Result<std::vector<Tenant>> Registry::tenants() const {
  return store_.tenants();
}

Result<Commit> Registry::create_user(const Actor& actor, std::string_view tenant,
                                     std::string_view name, UnixSeconds now) {
  const User user{.tenant = std::string(tenant), .name = std::string(name), .created_at = now};
  const Act act{"create", ChangeKind::kUser, user_path(tenant, name)};
  return transact(request(actor, act, now), [&]() -> Result<Changes> {
    if (auto good = check_name("user", name); !good) return good.error();
    auto owner = store_.find_tenant(tenant);
    if (!owner) return owner.error();
    if (!*owner) return no_tenant(tenant);
    if ((*owner)->state != Lifecycle::kActive) {
      return failure(Errc::kConflict, "tenant is not active: " + user.tenant);
    }
    auto taken = store_.find_user(tenant, name);
    if (!taken) return taken.error();
    if (*taken) return failure(Errc::kExists, "user exists already: " + user_path(tenant, name));
    if (auto put = store_.put_user(user); !put) return put.error();
    return Changes{user};
  });
}

Result<std::vector<User>> Registry::users(std::string_view tenant) const {
  return store_.users(tenant);
}

Result<Commit> Registry::add_ban(const Actor& actor, const Ban& ban, UnixSeconds now) {
  Ban row = ban;
  row.source = ban.source.as_source();
  row.created_at = now;
  const Act act{"add", ChangeKind::kBan, row.source.to_string(), ban.reason};
  return transact(request(actor, act, now), [&]() -> Result<Changes> {
    if (auto good = check_text("reason", ban.reason); !good) return good.error();
    if (ban.expires_at < 0 || (ban.expires_at != 0 && ban.expires_at <= now)) {
      return failure(Errc::kInvalid, "the ban would have ended already");
    }
    if (auto put = store_.put_ban(row); !put) return put.error();
    return Changes{row};
  });
}

Result<Commit> Registry::remove_ban(const Actor& actor, const Address& source, UnixSeconds now) {
  const Address row = source.as_source();
  const Act act{"remove", ChangeKind::kBan, row.to_string()};
  return transact(request(actor, act, now), [&]() -> Result<Changes> {
    auto bans = store_.bans();
    if (!bans) return bans.error();
    const bool is_there =
        std::any_of(bans->begin(), bans->end(), [&](const Ban& ban) { return ban.source == row; });
    if (!is_there) {
      return failure(Errc::kNotFound, "no ban on " + row.to_string(),
                     "`sallyport ban list` shows what is banned");
    }
    if (auto erased = store_.erase_ban(row); !erased) return erased.error();
    return Changes{BanRemoved{row}};
  });
}

Result<std::vector<Ban>> Registry::bans() const {
  return store_.bans();
}

Result<Commit> Registry::set_mode(const Actor& actor, std::string_view service, sp_mode mode,
                                  UnixSeconds now) {
  const ServiceMode row{.service = std::string(service), .mode = mode};
  constexpr const char* kModes[] = {"off", "observe", "enforce"};
  const bool is_mode = mode <= SP_MODE_ENFORCE;
  const Act act{"set", ChangeKind::kMode, row.service, {}, is_mode ? kModes[mode] : ""};
  return transact(request(actor, act, now), [&]() -> Result<Changes> {
    if (auto good = check_name("service", service); !good) return good.error();
    if (!is_mode) return failure(Errc::kInvalid, "not a mode");
    if (auto put = store_.put_mode(row); !put) return put.error();
    return Changes{row};
  });
}

Result<std::vector<ServiceMode>> Registry::modes() const {
  return store_.modes();
}

Result<Revision> Registry::revision() const {
  return store_.revision();
}

Result<std::vector<ChangeRecord>> Registry::changes_since(Revision since, std::size_t most) const {
  auto changes = store_.changes_since(since, most);
  if (changes && unsettled_ != 0) {
    std::erase_if(*changes, [&](const auto& line) { return line.revision >= unsettled_; });
  }
  return changes;
}

}  // namespace sallyport
