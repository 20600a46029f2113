// SPDX-License-Identifier: Apache-2.0
#include "agent/app/agent_operations.hpp"

#include "agent/app/event_watch.hpp"
#include "agent/app/explain.hpp"
#include "agent/app/on_strand.hpp"
#include "agent/app/views.hpp"

namespace sallyport {

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
  auto tables = parts_.door.tables().use();
  return on_strand([&] { return view_status(parts_, std::move(tables)); });
}

Result<CountersView> AgentOperations::counters() {
  const auto packets = parts_.door.tables().counters().counters();
  if (!packets) return packets.error();
  return on_strand([&] { return Result<CountersView>(view_counters(parts_, *packets)); });
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
