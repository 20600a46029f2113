// SPDX-License-Identifier: Apache-2.0
#include "agent/app/agent_operations.hpp"

#include <future>
#include <memory>
#include <utility>

#include <boost/asio/post.hpp>

#include "agent/app/event_watch.hpp"
#include "agent/app/explain.hpp"
#include "agent/app/views.hpp"

namespace sallyport {

template <class Call>
auto AgentOperations::on_strand(Call call) -> decltype(call()) {
  using Answer = decltype(call());
  // Shared with the posted handler: a strand that stops destroys the handler unrun, the promise
  // breaks with it, and the caller is told.
  auto promise = std::make_shared<std::promise<Answer>>();
  auto answer = promise->get_future();
  boost::asio::post(strand_, [promise = std::move(promise), call = std::move(call)] {
    try {
      promise->set_value(call());
    } catch (const std::exception& error) {
      promise->set_value(failure(Errc::kInternal, error.what()));
    }
  });
  try {
    return answer.get();
  } catch (const std::future_error&) {
    return failure(Errc::kUnavailable, "the agent is stopping", "try again when it has restarted");
  }
}

Result<Receipt> AgentOperations::create_tenant(const Actor& actor, const std::string& name) {
  return on_strand([&] {
    return control_.change([&] { return parts_.registry.create_tenant(actor, name, unix_now()); });
  });
}

Result<std::vector<Tenant>> AgentOperations::tenants() {
  return on_strand([&] { return parts_.registry.tenants(); });
}

Result<Receipt> AgentOperations::create_user(const Actor& actor, const std::string& tenant,
                                             const std::string& name) {
  return on_strand([&] {
    return control_.change(
        [&] { return parts_.registry.create_user(actor, tenant, name, unix_now()); });
  });
}

Result<std::vector<User>> AgentOperations::users(const std::string& tenant) {
  return on_strand([&] { return parts_.registry.users(tenant); });
}

Result<Receipt> AgentOperations::remove_user(const Actor& actor, const std::string& tenant,
                                             const std::string& name) {
  return on_strand([&] {
    return control_.change(
        [&] { return parts_.registry.remove_user(actor, tenant, name, unix_now()); });
  });
}

Result<CreatedKey> AgentOperations::create_key(const Actor& actor, const KeySpec& spec) {
  return on_strand([&] { return control_.create_key(actor, spec); });
}

Result<std::vector<Key>> AgentOperations::keys(const KeyFilter& filter) {
  return on_strand([&] { return parts_.registry.keys(filter); });
}

Result<Key> AgentOperations::key(const std::string& id) {
  return on_strand([&] { return parts_.registry.get_key(id); });
}

Result<Receipt> AgentOperations::revoke_key(const Actor& actor, const std::string& id,
                                            const std::string& reason) {
  return on_strand([&] {
    return control_.change(
        [&] { return parts_.registry.revoke_key(actor, id, reason, unix_now()); });
  });
}

Result<Receipt> AgentOperations::add_ban(const Actor& actor, const Ban& ban) {
  return on_strand([&] {
    return control_.change([&] { return parts_.registry.add_ban(actor, ban, unix_now()); });
  });
}

Result<Receipt> AgentOperations::remove_ban(const Actor& actor, const Address& source) {
  return on_strand([&] { return control_.remove_ban(actor, source); });
}

Result<std::vector<BanView>> AgentOperations::bans() {
  return on_strand([&] { return Result<std::vector<BanView>>(view_bans(parts_)); });
}

Result<Receipt> AgentOperations::put_cidr(const Actor& actor, const CidrEntry& entry) {
  return on_strand([&] {
    return control_.change([&] { return parts_.registry.put_cidr(actor, entry, unix_now()); });
  });
}

Result<Receipt> AgentOperations::remove_cidr(const Actor& actor, const Cidr& prefix) {
  return on_strand([&] {
    return control_.change([&] { return parts_.registry.remove_cidr(actor, prefix, unix_now()); });
  });
}

Result<Receipt> AgentOperations::replace_cidrs(const Actor& actor,
                                               const std::vector<CidrEntry>& entries) {
  return on_strand([&] {
    return control_.change(
        [&] { return parts_.registry.replace_cidrs(actor, entries, unix_now()); });
  });
}

Result<std::vector<CidrEntry>> AgentOperations::cidrs() {
  return on_strand([&] { return parts_.registry.cidrs(); });
}

Result<StatusView> AgentOperations::status() {
  return on_strand([&] { return view_status(parts_); });
}

Result<CountersView> AgentOperations::counters() {
  return on_strand([&] { return view_counters(parts_); });
}

Result<Receipt> AgentOperations::set_mode(const Actor& actor, const std::string& service,
                                          sp_mode mode) {
  return on_strand([&] { return control_.set_mode(actor, service, mode); });
}

// The kernel's tables are read on the caller's thread: they may be large, and the strand has
// revocations to do.
Result<Explanation> AgentOperations::explain(const std::string& subject,
                                             const std::string& service) {
  auto read = parse_subject(subject);
  if (!read) return read.error();
  auto rows = look_up(parts_.door.tables(), *read);
  if (!rows) return rows.error();
  return on_strand([&] { return sallyport::explain(parts_, *read, service, *rows); });
}

Result<std::unique_ptr<EventStream>> AgentOperations::watch_events(const EventQuery& query) {
  return sallyport::watch_events(parts_, query);
}

}  // namespace sallyport
