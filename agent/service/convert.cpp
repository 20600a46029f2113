// SPDX-License-Identifier: Apache-2.0
#include "agent/service/convert.hpp"

namespace sallyport {
namespace {

control::v1::Lifecycle lifecycle(Lifecycle state) {
  switch (state) {
    case Lifecycle::kActive:
      return control::v1::LIFECYCLE_ACTIVE;
    case Lifecycle::kSuspended:
      return control::v1::LIFECYCLE_SUSPENDED;
    case Lifecycle::kRemoved:
      return control::v1::LIFECYCLE_REMOVED;
  }
  return control::v1::LIFECYCLE_UNSPECIFIED;
}

control::v1::KeyState key_state(Standing state) {
  switch (state) {
    case Standing::kActive:
      return control::v1::KEY_STATE_ACTIVE;
    case Standing::kSuspended:
      return control::v1::KEY_STATE_SUSPENDED;
    case Standing::kRevoked:
      return control::v1::KEY_STATE_REVOKED;
  }
  return control::v1::KEY_STATE_UNSPECIFIED;
}

control::v1::Mode mode_of(sp_mode mode) {
  switch (mode) {
    case SP_MODE_OFF:
      return control::v1::MODE_OFF;
    case SP_MODE_OBSERVE:
      return control::v1::MODE_OBSERVE;
    case SP_MODE_ENFORCE:
      return control::v1::MODE_ENFORCE;
  }
  return control::v1::MODE_UNSPECIFIED;
}

void to_proto(const NamedCounter& counter, control::v1::Counters::Named& out) {
  out.set_name(counter.name);
  out.set_text(counter.text);
  out.set_value(counter.value);
}

}  // namespace

void to_proto(const Receipt& receipt, control::v1::Receipt& out) {
  out.set_revision(receipt.revision);
  out.set_store_us(receipt.store_us);
  out.set_kernel_us(receipt.kernel_us);
  out.set_terminator_us(receipt.terminator_us);
  out.set_kernel_done(receipt.kernel_done);
  out.set_terminator_done(receipt.terminator_done);
  out.set_keys(receipt.keys);
  out.set_connections(receipt.connections);
}

void to_proto(const Tenant& tenant, control::v1::Tenant& out) {
  out.set_name(tenant.name);
  out.set_state(lifecycle(tenant.state));
  out.set_created_at(tenant.created_at);
}

void to_proto(const User& user, control::v1::User& out) {
  out.set_tenant(user.tenant);
  out.set_name(user.name);
  out.set_state(lifecycle(user.state));
  out.set_created_at(user.created_at);
}

void to_proto(const KeyView& view, control::v1::Key& out) {
  const Key& key = view.key;
  out.set_id(std::string(to_view(key.id)));
  out.set_digest(to_hex(key.digest));
  out.set_tenant(key.tenant);
  out.set_user(key.user);
  out.set_env(key.env);
  out.set_state(key_state(key.state));
  out.set_reason(key.reason);
  out.set_created_at(key.created_at);
  out.set_not_before(key.not_before);
  out.set_expires_at(key.expires_at);
  out.set_limit_per_second(key.limit.per_second);
  out.set_burst(key.limit.burst);
  out.set_note(key.note);
  out.set_packets_per_second(key.traffic.packets_per_second);
  out.set_packet_burst(key.traffic.packet_burst);
  out.set_bytes_per_second(key.traffic.bytes_per_second);
  out.set_byte_burst(key.traffic.byte_burst);
  out.set_egress_per_second(key.traffic.egress_per_second);
  out.set_predecessor(key.predecessor);
  out.set_successor(key.successor);
  out.set_last_used_at(view.last_used_at);
  out.set_last_source(view.last_source ? view.last_source->to_string() : std::string());
  out.set_recent_minutes(view.recent_minutes);
}

void to_proto(const BanView& ban, control::v1::Ban& out) {
  out.set_source(ban.source.to_string());
  out.set_origin(ban.origin == BanOrigin::kOperator ? control::v1::BAN_ORIGIN_OPERATOR
                                                    : control::v1::BAN_ORIGIN_OFFENDER);
  out.set_reason(ban.reason);
  out.set_created_at(ban.created_at);
  out.set_expires_at(ban.expires_at);
  out.set_refusals(ban.refusals);
  out.set_repetition(ban.repetition);
}

void to_proto(const CidrEntry& entry, control::v1::Cidr& out) {
  out.set_prefix(entry.rule.prefix.to_string());
  out.set_action(entry.rule.action == CidrAction::kAllow ? control::v1::CIDR_ACTION_ALLOW
                                                         : control::v1::CIDR_ACTION_DENY);
  out.set_note(entry.note);
  out.set_created_at(entry.created_at);
}

void to_proto(const StatusView& status, control::v1::Status& out) {
  out.set_version(status.version);
  out.set_abi_version(status.abi_version);
  out.set_uptime_s(status.uptime_s);
  out.set_pid(status.pid);
  out.set_revision(status.revision);
  out.set_keys(status.keys);
  out.set_workers(status.workers);
  out.set_outer_door(status.outer_door);
  out.set_outer_door_note(status.outer_door_note);
  for (const auto& interface : status.interfaces) {
    auto& row = *out.add_interfaces();
    row.set_name(interface.name);
    row.set_attached(interface.attached);
    row.set_why(interface.why);
  }
  for (const auto& service : status.services) {
    auto& row = *out.add_services();
    row.set_name(service.name);
    row.set_listen(service.listen);
    row.set_upstream(service.upstream);
    row.set_mode(mode_of(service.mode));
  }
  for (const auto& table : status.tables) to_proto(table, *out.add_tables());
}

void to_proto(const TableUse& table, control::v1::Table& out) {
  constexpr std::uint64_t kFillingPercent = 75;
  const std::uint64_t percent = table.capacity == 0 ? 100 : table.used * 100 / table.capacity;
  out.set_name(table.name);
  out.set_used(table.used);
  out.set_capacity(table.capacity);
  out.set_percent(static_cast<std::uint32_t>(percent));
  out.set_pressure(percent >= 100               ? control::v1::PRESSURE_FULL
                   : percent >= kFillingPercent ? control::v1::PRESSURE_FILLING
                                                : control::v1::PRESSURE_OK);
}

void to_proto(const CountersView& counters, control::v1::Counters& out) {
  for (const auto& packet : counters.packets) {
    auto& row = *out.add_packets();
    row.set_verdict(packet.verdict);
    row.set_text(packet.text);
    row.set_packets(packet.counter.packets);
    row.set_bytes(packet.counter.bytes);
    row.set_observed_packets(packet.counter.observed_packets);
    row.set_observed_bytes(packet.counter.observed_bytes);
    row.set_resets(packet.counter.resets);
  }
  for (const auto& check : counters.checks) to_proto(check, *out.add_checks());
  for (const auto& counter : counters.agent) to_proto(counter, *out.add_agent());
}

std::optional<sp_mode> from_proto(control::v1::Mode mode) {
  switch (mode) {
    case control::v1::MODE_OFF:
      return SP_MODE_OFF;
    case control::v1::MODE_OBSERVE:
      return SP_MODE_OBSERVE;
    case control::v1::MODE_ENFORCE:
      return SP_MODE_ENFORCE;
    default:
      return std::nullopt;
  }
}

std::optional<Lifecycle> from_proto(control::v1::Lifecycle state) {
  switch (state) {
    case control::v1::LIFECYCLE_ACTIVE:
      return Lifecycle::kActive;
    case control::v1::LIFECYCLE_SUSPENDED:
      return Lifecycle::kSuspended;
    case control::v1::LIFECYCLE_REMOVED:
      return Lifecycle::kRemoved;
    default:
      return std::nullopt;
  }
}

std::optional<CidrAction> from_proto(control::v1::CidrAction action) {
  switch (action) {
    case control::v1::CIDR_ACTION_ALLOW:
      return CidrAction::kAllow;
    case control::v1::CIDR_ACTION_DENY:
      return CidrAction::kDeny;
    default:
      return std::nullopt;
  }
}

bool from_proto(control::v1::KeyState state, std::optional<Standing>& out) {
  out.reset();
  switch (state) {
    case control::v1::KEY_STATE_UNSPECIFIED:
      return true;
    case control::v1::KEY_STATE_ACTIVE:
      out = Standing::kActive;
      return true;
    case control::v1::KEY_STATE_SUSPENDED:
      out = Standing::kSuspended;
      return true;
    case control::v1::KEY_STATE_REVOKED:
      out = Standing::kRevoked;
      return true;
    default:
      return false;
  }
}

}  // namespace sallyport
