// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/agent_edge.hpp"

#include <utility>

#include "agent/association/key_use.hpp"

namespace sallyport {

AgentEdge::AgentEdge(const CidrList& cidrs, const BanList& bans, Pacer& pacer, SlotTable& slots,
                     ConnectionTable& connections, LingeringBindings& lingering, unsigned workers,
                     std::function<void()> wake)
    : cidrs_(cidrs),
      bans_(bans),
      pacer_(pacer),
      slots_(slots),
      connections_(connections),
      lingering_(lingering),
      queues_(workers),
      wake_(std::move(wake)) {}

Admission AgentEdge::admit(const Address& source) noexcept {
  if (const auto action = cidrs_.of(source)) {
    return *action == CidrAction::kAllow ? Admission::kAdmitted : Admission::kDenied;
  }
  const BootNs now = boot_now();
  if (bans_.is_banned(source, now)) return Admission::kBanned;
  return pacer_.admit(source.as_source(), now) ? Admission::kAdmitted : Admission::kPaced;
}

Spend AgentEdge::spend_request(KeyEntry& key, std::uint64_t bytes) noexcept {
  note_use(key, unix_now());
  if (key.request_cost_ns.load(std::memory_order_relaxed) == 0 &&
      key.traffic.load(std::memory_order_relaxed) == nullptr) {
    return {.admitted = true, .retry_after_ns = 0, .remaining = ~std::uint64_t{0}};
  }
  (void)slots_.place_of(key);
  return slots_.spend_request(key, bytes, boot_now());
}

std::uint64_t AgentEdge::charge_bytes(KeyEntry& key, std::uint64_t bytes) noexcept {
  if (key.traffic.load(std::memory_order_relaxed) == nullptr) return 0;
  return slots_.charge_bytes(key, bytes, boot_now());
}

std::uint64_t AgentEdge::charge_sent(KeyEntry& key, std::uint64_t bytes) noexcept {
  KeyTraffic* traffic = key.traffic.load(std::memory_order_acquire);
  return traffic == nullptr ? 0
                            : charge(traffic->sent_ns, egress_budget(*traffic), bytes, boot_now());
}

bool AgentEdge::bind(const sp_connection_key& connection, KeyEntry& key) noexcept {
  note_source(key, Address::from_abi(connection.source));
  const auto place = slots_.place_of(key);
  if (place.slot == kNoSlot) {
    failed_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  return put(connection, {.slot = place.slot, .generation = place.generation, .superseded = 0});
}

void AgentEdge::condemn(const sp_connection_key& connection) noexcept {
  (void)put(connection, {.slot = SP_OFFENDER_SLOT, .generation = 1, .superseded = 0});
}

void AgentEdge::unbind(const sp_connection_key& connection, Ended ended) noexcept {
  if (ended == Ended::kCondemned) {
    lingering_.keep(connection, boot_now());
  } else if (!connections_.erase(connection)) {
    failed_.fetch_add(1, std::memory_order_relaxed);
  }
}

void AgentEdge::observe(unsigned worker, const Observation& observation) noexcept {
  if (queues_[worker].push(observation)) wake_();
}

std::uint64_t AgentEdge::lost_observations() const noexcept {
  std::uint64_t lost = 0;
  for (const auto& queue : queues_) lost += queue.lost();
  return lost;
}

bool AgentEdge::put(const sp_connection_key& connection, const sp_connection& binding) noexcept {
  const bool done = lingering_.rebind(connection, binding).has_value();
  if (!done) failed_.fetch_add(1, std::memory_order_relaxed);
  return done;
}

}  // namespace sallyport
