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

bool has_limits(const KeyEntry& key, const KeyFacts& facts) noexcept {
  TrafficFacts traffic;
  if (const KeyTraffic* had = key.traffic.load(std::memory_order_acquire)) {
    traffic = {.packet_cost_ns = had->packet_cost_ns,
               .packet_burst_ns = had->packet_burst_ns,
               .byte_cost = had->byte_cost,
               .byte_burst_ns = had->byte_burst_ns,
               .egress_byte_cost = had->egress_byte_cost};
  }
  return key.request_cost_ns == facts.request_cost_ns &&
         key.request_burst_ns == facts.request_burst_ns && traffic == facts.traffic;
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
  expiries_.start(index_, unix_now());
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
  auto expired = expiries_.due(index_, now);
  std::erase_if(expired, [&](KeyEntry* key) {
    if (check_standing(*key, now) != CheckCode::kExpiredKey) return true;
    (void)judge(*key, now);
    return false;
  });
  return expired;
}

template <class Change>
void Enforcer::change_owner(std::string_view tenant, std::string_view user, Change change,
                            Enforced& out) {
  const UnixSeconds now = unix_now();
  std::vector<KeyEntry*> good;
  index_.for_each_of(tenant, user, [&](KeyEntry& key) {
    if (check_standing(key, now) == CheckCode::kAllowed) good.push_back(&key);
  });
  change();
  index_.for_each_of(tenant, user, [&](KeyEntry& key) { (void)judge(key, now); });
  note(denied_.judge_keys_of(index_, tenant, user, now), out);
  std::erase_if(good,
                [&](KeyEntry* key) { return check_standing(*key, now) == CheckCode::kAllowed; });
  out.condemned.insert(out.condemned.end(), good.begin(), good.end());
}

void Enforcer::apply(const Tenant& tenant, Enforced& out) {
  // A new one: nobody of it is known, and there may be many others to look through.
  if (index_.tenant_standing(tenant.name) == standing_of(tenant.state)) return;
  change_owner(
      tenant.name, {}, [&] { index_.set_tenant_standing(tenant.name, standing_of(tenant.state)); },
      out);
}

void Enforcer::apply(const User& user, Enforced& out) {
  Owner& owner = index_.owner_of(user.tenant, user.name);
  change_owner(
      user.tenant, user.name,
      [&] { owner.user_standing.store(standing_of(user.state), std::memory_order_release); }, out);
}

void Enforcer::apply(const Key& key, Enforced& out) {
  KeyEntry& entry = enter(key, out);
  const UnixSeconds now = unix_now();
  expiries_.note(entry, now);
  (void)judge(entry, now);
  note(denied_.judge(entry, now), out);
}

KeyEntry& Enforcer::enter(const Key& key, Enforced& out) {
  const UnixSeconds now = unix_now();
  const KeyFacts facts = facts_of(key);
  Owner& owner = index_.owner_of(key.tenant, key.user);
  KeyEntry* known = index_.find(key.digest);
  if (known == nullptr) return index_.add(facts, owner);
  const bool was_good = check_standing(*known, now) == CheckCode::kAllowed;
  if (known->owner != &owner) {
    KeyEntry& heir = index_.transfer(*known, facts, owner);
    slots_.retire(*known);
    out.condemned.push_back(known);
    return heir;
  }
  const bool has_other_limits = !has_limits(*known, facts);
  index_.add(facts, owner);
  slots_.set_limits(*known);
  if (has_other_limits) slots_.take_clocks_back(*known, boot_now());
  const bool is_good = check_standing(*known, now) == CheckCode::kAllowed;
  // A revocation cuts whatever runs, even where it was no news.
  if ((was_good && !is_good) || key.state == Standing::kRevoked) out.condemned.push_back(known);
  return *known;
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
