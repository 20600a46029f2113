// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/slot_table.hpp"

#include <algorithm>

#include "agent/association/checks.hpp"
#include "agent/sync/slot_fields.hpp"

namespace sallyport {
namespace {

ByteBudget byte_budget(const KeyTraffic& traffic) noexcept {
  return {.cost = traffic.byte_cost.load(std::memory_order_relaxed),
          .burst_ns = traffic.byte_burst_ns.load(std::memory_order_relaxed)};
}

}  // namespace

ByteBudget egress_budget(const KeyTraffic& traffic) noexcept {
  return {.cost = traffic.egress_byte_cost.load(std::memory_order_relaxed),
          .burst_ns = kSecondNs / 2};
}

sp_verdict verdict_for(CheckCode standing) noexcept {
  switch (standing) {
    case CheckCode::kRevokedKey:
      return SP_DROP_KEY_REVOKED;
    case CheckCode::kSuspendedKey:
    case CheckCode::kNotYetValid:
      return SP_DROP_KEY_SUSPENDED;
    case CheckCode::kExpiredKey:
      return SP_DROP_KEY_EXPIRED;
    case CheckCode::kInactiveTenant:
    case CheckCode::kInactiveUser:
      return SP_DROP_OWNER_INACTIVE;
    default:
      return SP_PASS_BOUND;
  }
}

SlotTable::SlotTable(SlotMemory memory) : memory_(memory), owners_(memory.slots.size(), nullptr) {}

SlotTable::Place SlotTable::place_of(KeyEntry& key) {
  std::uint32_t slot = key.slot.load(std::memory_order_acquire);
  if (slot == kNoSlot) {
    const std::scoped_lock guard(lock_);
    slot = key.slot.load(std::memory_order_relaxed);
    if (slot == kNoSlot) {
      slot = free_slot();
      if (slot == kNoSlot) {
        refused_.fetch_add(1, std::memory_order_relaxed);
        return {kNoSlot, 0};
      }
      give(slot, key);
    }
  }
  return {slot, load_field(memory_.slots[slot].generation)};
}

Spend SlotTable::spend_request(KeyEntry& key, std::uint64_t bytes, BootNs now) noexcept {
  const Budget budget{.cost_ns = key.request_cost_ns.load(std::memory_order_relaxed),
                      .burst_ns = key.request_burst_ns.load(std::memory_order_relaxed)};
  const std::uint32_t slot = key.slot.load(std::memory_order_acquire);
  __u64& requests = slot == kNoSlot ? key.clock_ns : memory_.clocks[slot].requests_ns;
  KeyTraffic* traffic = key.traffic.load(std::memory_order_acquire);
  if (traffic == nullptr) return spend(requests, budget, now);
  const ByteBudget of_bytes = byte_budget(*traffic);
  __u64& received = received_clock(slot, *traffic);
  const std::uint64_t wait = wait_ns(received, of_bytes, now);
  if (wait > 0) return {.retry_after_ns = wait};
  const Spend spent = spend(requests, budget, now);
  if (spent.admitted) (void)charge(received, of_bytes, bytes, now);
  return spent;
}

std::uint64_t SlotTable::charge_bytes(KeyEntry& key, std::uint64_t bytes, BootNs now) noexcept {
  KeyTraffic* traffic = key.traffic.load(std::memory_order_acquire);
  if (traffic == nullptr) return 0;
  __u64& clock = received_clock(key.slot.load(std::memory_order_acquire), *traffic);
  return charge(clock, byte_budget(*traffic), bytes, now);
}

__u64& SlotTable::received_clock(std::uint32_t slot, KeyTraffic& traffic) noexcept {
  return slot == kNoSlot ? traffic.clock_ns : memory_.clocks[slot].received_ns;
}

bool SlotTable::set_verdict(KeyEntry& key, sp_verdict verdict) {
  const std::scoped_lock guard(lock_);
  const std::uint32_t slot = key.slot.load(std::memory_order_relaxed);
  if (slot == kNoSlot) return false;
  std::uint32_t& field = memory_.slots[slot].verdict;
  const bool passed = load_field(field) == SP_PASS_BOUND;
  store_field(field, static_cast<std::uint32_t>(verdict));
  return passed && verdict != SP_PASS_BOUND;
}

std::uint32_t SlotTable::free_slot() {
  const auto count = static_cast<std::uint32_t>(memory_.slots.size());
  if (next_unused_ < count) return next_unused_++;
  // Full: a slot whose key is dead or unknown may be given anew. Its bindings carry the old
  // generation and so lose their verdict; the inner door still refuses the key itself.
  for (std::uint32_t tried = 1; tried < count; ++tried) {
    const std::uint32_t slot = reclaim_from_;
    reclaim_from_ = reclaim_from_ + 1 < count ? reclaim_from_ + 1 : 1;
    KeyEntry* owner = owners_[slot];
    if (owner != nullptr && owner->standing.load(std::memory_order_acquire) != Standing::kRevoked) {
      continue;
    }
    if (owner != nullptr) owner->slot.store(kNoSlot, std::memory_order_release);
    owners_[slot] = nullptr;
    return slot;
  }
  return kNoSlot;
}

// The generation is written before verdict, limits and clocks: a packet of an old binding sees
// either the old owner's verdict or another generation, never what is the new owner's as its own.
void SlotTable::give(std::uint32_t slot, KeyEntry& key) {
  sp_key_slot& row = memory_.slots[slot];
  store_field(row.generation, row.generation + 1 == 0 ? 1 : row.generation + 1);
  std::copy_n(key.digest.begin(), sizeof row.digest, row.digest);
  sp_key_clocks& clocks = memory_.clocks[slot];
  store_field(clocks.requests_ns,
              std::atomic_ref<__u64>(key.clock_ns).load(std::memory_order_relaxed));
  store_field(clocks.packets_ns, 0);
  store_field(clocks.bytes_ns, 0);
  store_field(clocks.egress_ns, 0);
  KeyTraffic* traffic = key.traffic.load(std::memory_order_acquire);
  store_field(clocks.received_ns,
              traffic == nullptr
                  ? 0
                  : std::atomic_ref<__u64>(traffic->clock_ns).load(std::memory_order_relaxed));
  write_limits(key, row);
  const CheckCode standing = check_standing(key, unix_now());
  store_field(row.verdict, static_cast<std::uint32_t>(verdict_for(standing)));
  owners_[slot] = &key;
  key.slot.store(slot, std::memory_order_release);
}

std::vector<KeyEntry*> SlotTable::placed() const {
  const std::scoped_lock guard(lock_);
  std::vector<KeyEntry*> keys;
  for (KeyEntry* owner : owners_) {
    if (owner != nullptr) keys.push_back(owner);
  }
  return keys;
}

bool SlotTable::is_condemned(const sp_connection& binding) const noexcept {
  if (binding.slot >= memory_.slots.size()) return false;
  const sp_key_slot& row = memory_.slots[binding.slot];
  return load_field(row.generation) == binding.generation &&
         load_field(row.verdict) != SP_PASS_BOUND;
}

std::optional<KeyId> SlotTable::key_of(std::uint32_t slot, std::uint32_t generation) const {
  const std::scoped_lock guard(lock_);
  if (slot >= owners_.size() || owners_[slot] == nullptr) return std::nullopt;
  if (load_field(memory_.slots[slot].generation) != generation) return std::nullopt;
  return owners_[slot]->id;
}

}  // namespace sallyport
