// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/slot_table.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include "agent/association/checks.hpp"

namespace sallyport {
namespace {

using DigestHalf = std::array<std::uint8_t, sizeof(sp_key_slot::digest)>;

DigestHalf half_of(const KeyDigest& digest) noexcept {
  DigestHalf half;
  std::copy_n(digest.begin(), half.size(), half.begin());
  return half;
}

std::uint32_t load(const std::uint32_t& field) noexcept {
  return std::atomic_ref<std::uint32_t>(const_cast<std::uint32_t&>(field))
      .load(std::memory_order_acquire);
}

void store(std::uint32_t& field, std::uint32_t value) noexcept {
  std::atomic_ref<std::uint32_t>(field).store(value, std::memory_order_release);
}

void store(__u64& field, std::uint64_t value) noexcept {
  std::atomic_ref<__u64>(field).store(value, std::memory_order_relaxed);
}

void write_limits(const KeyEntry& key, sp_key_slot& slot) noexcept {
  sp_limits& out = slot.limits;
  const KeyTraffic* traffic = key.traffic.load(std::memory_order_acquire);
  const auto value = [traffic](std::atomic<std::uint64_t> KeyTraffic::*field) {
    return traffic == nullptr ? 0 : (traffic->*field).load(std::memory_order_relaxed);
  };
  store(out.packet_burst_ns, value(&KeyTraffic::packet_burst_ns));
  store(out.byte_burst_ns, value(&KeyTraffic::byte_burst_ns));
  store(out.packet_cost_ns, value(&KeyTraffic::packet_cost_ns));
  store(out.byte_cost, value(&KeyTraffic::byte_cost));
  store(slot.egress_byte_cost, value(&KeyTraffic::egress_byte_cost));
}

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
  return {slot, load(memory_.slots[slot].generation)};
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
  const bool passed = load(field) == SP_PASS_BOUND;
  store(field, static_cast<std::uint32_t>(verdict));
  return passed && verdict != SP_PASS_BOUND;
}

void SlotTable::set_limits(KeyEntry& key) {
  const std::scoped_lock guard(lock_);
  const std::uint32_t slot = key.slot.load(std::memory_order_relaxed);
  if (slot != kNoSlot) write_limits(key, memory_.slots[slot]);
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
  store(row.generation, row.generation + 1 == 0 ? 1 : row.generation + 1);
  std::copy_n(key.digest.begin(), sizeof row.digest, row.digest);
  sp_key_clocks& clocks = memory_.clocks[slot];
  store(clocks.requests_ns, std::atomic_ref<__u64>(key.clock_ns).load(std::memory_order_relaxed));
  store(clocks.packets_ns, 0);
  store(clocks.bytes_ns, 0);
  store(clocks.egress_ns, 0);
  KeyTraffic* traffic = key.traffic.load(std::memory_order_acquire);
  store(clocks.received_ns,
        traffic == nullptr
            ? 0
            : std::atomic_ref<__u64>(traffic->clock_ns).load(std::memory_order_relaxed));
  write_limits(key, row);
  const CheckCode standing = check_standing(key, unix_now());
  store(row.verdict, static_cast<std::uint32_t>(verdict_for(standing)));
  owners_[slot] = &key;
  key.slot.store(slot, std::memory_order_release);
}

void SlotTable::adopt(KeyIndex& index) {
  const std::scoped_lock guard(lock_);
  std::map<DigestHalf, std::uint32_t> remembered;
  for (std::uint32_t slot = 1; slot < memory_.slots.size(); ++slot) {
    const sp_key_slot& row = memory_.slots[slot];
    if (row.generation == 0) continue;
    DigestHalf half;
    std::copy_n(row.digest, half.size(), half.begin());
    remembered[half] = slot;
    next_unused_ = slot + 1;
  }
  const UnixSeconds now = unix_now();
  index.for_each([&](KeyEntry& key) {
    const auto found = remembered.find(half_of(key.digest));
    if (found == remembered.end()) return;
    const std::uint32_t slot = found->second;
    owners_[slot] = &key;
    key.slot.store(slot, std::memory_order_release);
    write_limits(key, memory_.slots[slot]);
    store(memory_.slots[slot].verdict,
          static_cast<std::uint32_t>(verdict_for(check_standing(key, now))));
    remembered.erase(found);
  });
  for (const auto& [half, slot] : remembered)
    store(memory_.slots[slot].verdict, SP_DROP_KEY_REVOKED);
}

std::uint64_t SlotTable::read_back(UnixSeconds now) {
  const std::scoped_lock guard(lock_);
  std::uint64_t mended = 0;
  for (std::uint32_t slot = 1; slot < owners_.size(); ++slot) {
    const KeyEntry* key = owners_[slot];
    if (key == nullptr) continue;
    sp_key_slot& row = memory_.slots[slot];
    sp_key_slot wanted = row;
    wanted.verdict = static_cast<std::uint32_t>(verdict_for(check_standing(*key, now)));
    std::copy_n(key->digest.begin(), sizeof wanted.digest, wanted.digest);
    write_limits(*key, wanted);
    if (std::memcmp(&wanted, &row, sizeof row) == 0) continue;
    ++mended;
    std::copy_n(key->digest.begin(), sizeof row.digest, row.digest);
    write_limits(*key, row);
    store(row.verdict, wanted.verdict);
  }
  return mended;
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
  return load(row.generation) == binding.generation && load(row.verdict) != SP_PASS_BOUND;
}

std::optional<KeyId> SlotTable::key_of(std::uint32_t slot, std::uint32_t generation) const {
  const std::scoped_lock guard(lock_);
  if (slot >= owners_.size() || owners_[slot] == nullptr) return std::nullopt;
  if (load(memory_.slots[slot].generation) != generation) return std::nullopt;
  return owners_[slot]->id;
}

}  // namespace sallyport
