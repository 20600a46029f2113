// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "agent/base/key_format.hpp"
#include "agent/service/operations.hpp"
#include "tests/unit/service/key_texts.hpp"
#include "tests/unit/service/scripted_events.hpp"
#include "tests/unit/service/scripted_logs.hpp"
#include "tests/unit/service/scripted_top.hpp"

namespace sallyport::test {

/// Operations that answer from memory and write down what they were asked, so that the way
/// between command line and agent can be tested by itself. Any thread may call and ask.
class RecordedOperations final : public Operations {
 public:
  /// Set before the server runs; called by each call, on its thread.
  std::function<void()> on_call = [] {};
  std::size_t keys_there = 1;
  std::size_t keys_in_page = 500;
  Revision newest = 3;
  std::atomic<bool> stopping{false};
  std::string fault;  // of the audit log
  KeyView key_shown = {.key = some_key()};
  Explanation explanation = some_explanation();
  std::function<std::unique_ptr<EventStream>()> make_stream = [] {
    return std::make_unique<ScriptedEvents>(std::vector<EventView>{some_event()}, true);
  };

  [[nodiscard]] std::vector<std::string> calls() const {
    const std::lock_guard guard(mutex_);
    return calls_;
  }
  [[nodiscard]] std::string last_call() const {
    const auto all = calls();
    return all.empty() ? "none" : all.back();
  }
  /// Who made the last change.
  [[nodiscard]] std::string last_actor() const {
    const std::lock_guard guard(mutex_);
    return last_actor_;
  }
  /// The next call fails with it, once.
  void fail_next(Failure failure) {
    const std::lock_guard guard(mutex_);
    next_failure_ = std::move(failure);
  }

  Result<Receipt> create_tenant(const Actor& actor, const std::string& name) override {
    return change(actor, "create_tenant " + name);
  }
  Result<std::vector<Tenant>> tenants() override {
    return list<Tenant>("tenants", {.name = "acme", .created_at = 1'800'000'000});
  }
  Result<Receipt> set_tenant_state(const Actor& actor, const std::string& name, Lifecycle state,
                                   const std::string& reason) override {
    return change(actor, "set_tenant_state " + name + " " +
                             std::to_string(static_cast<int>(state)) + " " + reason);
  }
  Result<Receipt> create_user(const Actor& actor, const std::string& tenant,
                              const std::string& name) override {
    return change(actor, "create_user " + tenant + " " + name);
  }
  Result<std::vector<User>> users(const std::string& tenant) override {
    return list<User>("users " + tenant, {.tenant = "acme", .name = "alice"});
  }
  Result<Receipt> set_user_state(const Actor& actor, const UserName& user, Lifecycle state,
                                 const std::string& reason) override {
    return change(actor, "set_user_state " + user.tenant + " " + user.user + " " +
                             std::to_string(static_cast<int>(state)) + " " + reason);
  }
  Result<CreatedKey> create_key(const Actor& actor, const KeySpec& spec) override {
    auto receipt = change(actor, "create_key " + spec.tenant + " " + spec.user + " " + spec.env +
                                     " limit " + std::to_string(spec.limit.per_second) + " burst " +
                                     std::to_string(spec.limit.burst) + traffic_text(spec.traffic) +
                                     " note " + spec.note);
    if (!receipt) return receipt.error();
    return CreatedKey{*receipt, some_key(), std::string(kRawKey)};
  }
  Result<KeyViews> keys(const KeyFilter& filter, const KeyCursor& after,
                        std::size_t most) override {
    auto asked = record(
        "keys " + filter.tenant + " " + filter.user + " " +
        (filter.state ? std::to_string(static_cast<int>(*filter.state)) : "any") +
        (filter.prefix.empty() ? "" : " " + filter.prefix) +
        (filter.ends_before == 0 ? "" : " ends") +
        (after.id.empty() ? "" : " after " + std::to_string(after.expires_at) + ":" + after.id));
    if (!asked) return asked.error();
    const bool is_first = !after.id.starts_with("at:");
    const std::size_t from = is_first ? 0 : std::stoul(after.id.substr(3));
    const std::size_t here = std::min({keys_there - from, most, keys_in_page});
    KeyViews views;
    views.keys.assign(here, {.key = some_key()});
    if (from + here < keys_there) views.next = KeyCursor{0, "at:" + std::to_string(from + here)};
    return views;
  }
  Result<KeyView> key(const std::string& id) override {
    auto asked = record("key " + id);
    if (!asked) return asked.error();
    return key_shown;
  }
  Result<Receipt> set_key_state(const Actor& actor, const std::string& id, Standing state,
                                const std::string& reason) override {
    return change(actor, "set_key_state " + id + " " + std::to_string(static_cast<int>(state)) +
                             " " + reason);
  }
  Result<Receipt> update_key(const Actor& actor, const std::string& id, const KeyPatch& patch,
                             const std::string& reason) override {
    Key key = some_key();
    key.expires_at = 1;
    key.note = "as it was";
    key.limit = {.per_second = 9, .burst = 9};
    patch.apply_to(key);
    return change(actor, "update_key " + id + " expires " + std::to_string(key.expires_at) +
                             " limit " + std::to_string(key.limit.per_second) + " burst " +
                             std::to_string(key.limit.burst) + traffic_text(key.traffic) +
                             " note " + key.note + " " + reason);
  }
  Result<Receipt> transfer_key(const Actor& actor, const std::string& id, const UserName& heir,
                               const std::string& reason) override {
    return change(actor, "transfer_key " + id + " " + heir.tenant + " " + heir.user + " " + reason);
  }
  Result<LeakAnswer> report_leak(const Actor& actor, const std::vector<KeyDigest>& digests,
                                 const std::string& reason) override {
    auto receipt = change(actor, "report_leak " + std::to_string(digests.size()) + " " + reason);
    if (!receipt) return receipt.error();
    return LeakAnswer{*receipt, {"Xy12AbCd"}};
  }
  Result<CreatedKey> rotate_key(const Actor& actor, const std::string& id,
                                const RotationOrder& order, const std::string& reason) override {
    auto receipt =
        change(actor, "rotate_key " + id + (order.expires_at == 0 ? " never " : " ends ") + reason);
    if (!receipt) return receipt.error();
    return CreatedKey{*receipt, some_key(), std::string(kRawKey)};
  }
  Result<ImportOutcome> import_rows(const Actor& actor, const std::vector<ImportRow>& rows,
                                    ImportMode mode) override {
    auto receipt = change(actor, "import_rows " + rows_text(rows, mode));
    if (!receipt) return receipt.error();
    return ImportOutcome{*receipt, report_of(rows)};
  }
  Result<Revision> end_import(const Actor& actor, const ImportReport& sum,
                              const std::string& why) override {
    auto receipt = change(actor, "end_import " + std::to_string(sum.keys) + " " + why);
    if (!receipt) return receipt.error();
    return receipt->revision;
  }

  Result<Receipt> add_ban(const Actor& actor, const Ban& ban) override {
    return change(actor, "add_ban " + ban.source.to_string() + " " + ban.reason);
  }
  Result<Receipt> remove_ban(const Actor& actor, const Address& source) override {
    return change(actor, "remove_ban " + source.to_string());
  }
  Result<std::vector<BanView>> bans() override {
    return list<BanView>("bans", {.source = *Address::parse("192.0.2.7"),
                                  .origin = BanOrigin::kOffender,
                                  .reason = "kept presenting refused keys",
                                  .refusals = 10,
                                  .repetition = 2});
  }
  Result<Receipt> put_cidr(const Actor& actor, const CidrEntry& entry) override {
    return change(actor, "put_cidr " + text_of(entry));
  }
  Result<Receipt> remove_cidr(const Actor& actor, const Cidr& prefix) override {
    return change(actor, "remove_cidr " + prefix.to_string());
  }
  Result<Receipt> replace_cidrs(const Actor& actor,
                                const std::vector<CidrEntry>& entries) override {
    std::string call = "replace_cidrs " + std::to_string(entries.size());
    if (entries.size() <= 3) {
      for (const auto& entry : entries) call += "; " + text_of(entry);
    }
    return change(actor, std::move(call));
  }
  Result<std::vector<CidrEntry>> cidrs() override {
    return list<CidrEntry>("cidrs", {.rule = {Cidr::parse("192.0.2.0/24").value()},
                                     .note = "scanners",
                                     .created_at = 1'800'000'000});
  }
  Result<StatusView> status() override {
    auto asked = record("status");
    if (!asked) return asked.error();
    StatusView view;
    view.version = "0.1.0";
    view.interfaces = {{"eth0", "tc", "the driver has no native XDP"}};
    view.services = {{"api", "0.0.0.0:8443", "127.0.0.1:9000", SP_MODE_OBSERVE}};
    view.tables = {{"sources", 3, 65536}};
    return view;
  }
  Result<TopView> top(const TopQuery& query) override { return scripted_top(query); }
  Result<CountersView> counters() override {
    auto asked = record("counters");
    if (!asked) return asked.error();
    CountersView view;
    view.packets = {{"DROP_KEY_REVOKED", "connection of a revoked key", {5, 500, 0, 0, 3}},
                    {"PASS_BOUND", "connection of a key in good standing", sp_counter{}}};
    view.checks = {{"allowed", "every check passed", 9}};
    view.agent = {{"connections", "connections accepted", 2}};
    return view;
  }
  Result<Receipt> set_mode(const Actor& actor, const std::string& service, sp_mode mode) override {
    return change(actor, "set_mode " + service + " " + std::to_string(mode));
  }

  Result<std::vector<ChangeRecord>> changes(Revision since, std::size_t) override {
    auto asked = record("changes " + std::to_string(since));
    if (!asked) return asked.error();
    if (since >= newest) return std::vector<ChangeRecord>{};
    return std::vector<ChangeRecord>{some_change(since + 1)};
  }
  bool await_change(Revision, std::chrono::milliseconds patience) override {
    std::this_thread::sleep_for(patience);
    return !stopping;
  }
  Result<std::vector<AuditRecord>> audit(std::uint64_t after, std::size_t) override {
    auto asked = record("audit " + std::to_string(after));
    if (!asked) return asked.error();
    if (after >= 2) return std::vector<AuditRecord>{};
    return std::vector<AuditRecord>{some_act(after + 1)};
  }
  Result<AuditVerdict> verify_audit(const AuditHead& expected) override {
    auto asked = record("verify_audit " + std::to_string(expected.sequence));
    if (!asked) return asked.error();
    return AuditVerdict{.records = 2, .head = {.sequence = 2, .hash = {}}, .fault = fault};
  }

  Result<Backup> back_up(const Actor& actor) override {
    auto receipt = change(actor, "back_up");
    return receipt ? Result<Backup>(some_backup()) : receipt.error();
  }
  Result<Explanation> explain(const std::string& subject, const std::string& service) override {
    auto asked = record("explain " + subject + " " + service);
    if (!asked) return asked.error();
    return explanation;
  }
  Result<std::unique_ptr<EventStream>> watch_events(const EventQuery& query) override {
    auto asked = record("watch_events " + query.verdict + " " + query.source + " " + query.service +
                        (query.follow ? " follow " : " kept ") + std::to_string(query.most));
    if (!asked) return asked.error();
    return make_stream();
  }

 private:
  static std::string text_of(const CidrEntry& entry) {
    return std::string(entry.rule.action == CidrAction::kAllow ? "allow " : "deny ") +
           entry.rule.prefix.to_string() + " " + entry.note;
  }

  Result<Receipt> change(const Actor& actor, std::string call) {
    {
      const std::lock_guard guard(mutex_);
      last_actor_ = actor.who;
    }
    return record(std::move(call));
  }

  Result<Receipt> record(std::string call) {
    on_call();
    const std::lock_guard guard(mutex_);
    calls_.push_back(std::move(call));
    if (next_failure_) return *std::exchange(next_failure_, std::nullopt);
    return Receipt{.revision = 7,
                   .store_us = 1500,
                   .kernel_us = 12,
                   .terminator_us = 250,
                   .kernel_done = true,
                   .terminator_done = true,
                   .keys = 1,
                   .connections = 2};
  }

  template <class T>
  Result<std::vector<T>> list(std::string call, T row, std::size_t count = 1) {
    auto asked = record(std::move(call));
    if (!asked) return asked.error();
    return std::vector<T>(count, row);
  }

  mutable std::mutex mutex_;
  std::vector<std::string> calls_;
  std::string last_actor_;
  std::optional<Failure> next_failure_;
};

}  // namespace sallyport::test
