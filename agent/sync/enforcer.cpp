// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/enforcer.hpp"

#include <algorithm>
#include <variant>

#include "agent/association/checks.hpp"
#include "agent/limits/byte_budget.hpp"

namespace sallyport {
namespace {

KeyFacts facts_of(const Key& key) {
  const auto budget = Budget::per_second(key.limit.per_second, key.limit.burst);
  const TrafficLimit& traffic = key.traffic;
  const auto packets = Budget::per_second(traffic.packets_per_second, traffic.packet_burst);
  const auto bytes = ByteBudget::per_second(traffic.bytes_per_second, traffic.byte_burst);
  const auto egress = ByteBudget::per_second(traffic.egress_per_second, 0);
  return {.digest = key.digest,
          .id = key.id,
          .not_before = key.not_before,
          .expires_at = key.expires_at,
          .standing = key.state,
          .request_cost_ns = budget.cost_ns,
          .request_burst_ns = budget.burst_ns,
          .traffic = {.packet_cost_ns = packets.cost_ns,
                      .packet_burst_ns = packets.burst_ns,
                      .byte_cost = bytes.cost,
                      .byte_burst_ns = bytes.burst_ns,
                      .egress_byte_cost = egress.cost}};
}

Standing standing_of(Lifecycle state) noexcept {
  switch (state) {
    case Lifecycle::kActive:
      return Standing::kActive;
    case Lifecycle::kSuspended:
      return Standing::kSuspended;
    case Lifecycle::kRemoved:
      break;
  }
  return Standing::kRevoked;
}

template <class T>
void note(const Result<T>& done, Enforced& out) {
  if (!done) out.table_failures.push_back(done.error());
}

}  // namespace

Enforced Enforcer::apply(const Commit& commit) {
  Enforced out;
  denied_.set_revision(commit.revision);
  for (const auto& change : commit.changes) {
    std::visit([&](const auto& state) { apply(state, out); }, change);
  }
  // A user's removal names a key twice: with its owner and by itself.
  std::sort(out.condemned.begin(), out.condemned.end());
  out.condemned.erase(std::unique(out.condemned.begin(), out.condemned.end()), out.condemned.end());
  return out;
}

Result<void> Enforcer::replay(const Registry& registry, ConnectionTable& connections,
                              LingeringBindings& lingering) {
  auto tenants = registry.tenants();
  if (!tenants) return tenants.error();
  Enforced ignored;
  for (const auto& tenant : *tenants) apply(tenant, ignored);
  auto users = registry.users({});
  if (!users) return users.error();
  for (const auto& user : *users) apply(user, ignored);

  auto visited = registry.for_each_key(
      [&](const Key& key) { index_.add(facts_of(key), index_.owner_of(key.tenant, key.user)); });
  if (!visited) return visited;
  slots_.adopt(index_);
  auto revision = registry.revision();
  if (!revision) return revision.error();
  denied_.set_revision(*revision);
  if (auto done = denied_.replay(index_, unix_now()); !done) return done;

  auto rows = connections.rows();
  if (!rows) return rows.error();
  for (const auto& row : *rows) {
    if (slots_.is_condemned(row.binding) && row.binding.superseded == 0) {
      lingering.keep(row.connection, boot_now());
    } else if (auto erased = connections.erase(row.connection); !erased) {
      return erased;
    }
  }
  auto entries = registry.cidrs();
  if (!entries) return entries.error();
  std::vector<CidrRule> rules;
  for (const auto& entry : *entries) rules.push_back(entry.rule);
  (void)cidrs_.replace(std::move(rules));  // what the kernel does not take now is tried again
  auto bans = registry.bans();
  if (!bans) return bans.error();
  return bans_.adopt(*bans, unix_now(), boot_now());
}

std::vector<KeyEntry*> Enforcer::expire(UnixSeconds now) {
  std::vector<KeyEntry*> expired;
  for (KeyEntry* key : slots_.placed()) {
    if (check_standing(*key, now) == CheckCode::kExpiredKey && judge(*key, now)) {
      expired.push_back(key);
    }
  }
  return expired;
}

void Enforcer::apply(const Tenant& tenant, Enforced& out) {
  index_.set_tenant_standing(tenant.name, standing_of(tenant.state));
  const UnixSeconds now = unix_now();
  note(denied_.judge_keys_of(index_, tenant.name, {}, now), out);
  if (tenant.state == Lifecycle::kActive) return;
  for (KeyEntry* key : slots_.placed()) {
    if (key->owner->tenant == tenant.name && judge(*key, now)) out.condemned.push_back(key);
  }
}

void Enforcer::apply(const User& user, Enforced& out) {
  Owner& owner = index_.owner_of(user.tenant, user.name);
  owner.user_standing.store(standing_of(user.state), std::memory_order_release);
  const UnixSeconds now = unix_now();
  note(denied_.judge_keys_of(index_, user.tenant, user.name, now), out);
  if (user.state == Lifecycle::kActive) return;
  for (KeyEntry* key : slots_.placed()) {
    if (key->owner == &owner && judge(*key, now)) out.condemned.push_back(key);
  }
}

void Enforcer::apply(const Key& key, Enforced& out) {
  const bool was_known = index_.find(key.digest) != nullptr;
  KeyEntry& entry = index_.add(facts_of(key), index_.owner_of(key.tenant, key.user));
  slots_.set_limits(entry);
  const UnixSeconds now = unix_now();
  const bool condemned = judge(entry, now);
  note(denied_.judge(entry, now), out);
  if (was_known && (condemned || key.state != Standing::kActive)) out.condemned.push_back(&entry);
}

void Enforcer::apply(const Ban& ban, Enforced& out) {
  note(bans_.put(ban, unix_now(), boot_now()), out);
  out.banned.push_back(ban.source.as_source());
}

void Enforcer::apply(const BanRemoved& ban, Enforced& out) {
  note(bans_.remove(ban.source), out);
}

void Enforcer::apply(const CidrsChanged& list, Enforced& out) {
  note(cidrs_.replace(list.rules), out);
  out.cidrs_changed = true;
}

void Enforcer::apply(const ServiceMode& mode, Enforced& out) {
  out.modes.push_back(mode);
}

bool Enforcer::judge(KeyEntry& key, UnixSeconds now) {
  return slots_.set_verdict(key, verdict_for(check_standing(key, now)));
}

}  // namespace sallyport
