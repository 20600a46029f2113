// SPDX-License-Identifier: Apache-2.0
// How slots are kept equal to what is known of their keys: at start, after a change, now and then.
#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include "agent/association/checks.hpp"
#include "agent/sync/slot_fields.hpp"
#include "agent/sync/slot_table.hpp"

namespace sallyport {
namespace {

using DigestHalf = std::array<std::uint8_t, sizeof(sp_key_slot::digest)>;

DigestHalf half_of(const KeyDigest& digest) noexcept {
  DigestHalf half;
  std::copy_n(digest.begin(), half.size(), half.begin());
  return half;
}

/// A clock that an old limit has let run far ahead must not outlast it: it is taken back to where
/// the new limit could have left it.
void take_back(__u64& clock_ns, std::uint64_t most_ns) noexcept {
  std::atomic_ref<__u64> clock(clock_ns);
  __u64 seen = clock.load(std::memory_order_relaxed);
  while (seen > most_ns && !clock.compare_exchange_weak(seen, most_ns, std::memory_order_relaxed)) {
  }
}

std::uint64_t relaxed(const std::atomic<std::uint64_t>& field) noexcept {
  return field.load(std::memory_order_relaxed);
}

}  // namespace

void SlotTable::set_limits(KeyEntry& key) {
  const std::scoped_lock guard(lock_);
  const std::uint32_t slot = key.slot.load(std::memory_order_relaxed);
  if (slot != kNoSlot) write_limits(key, memory_.slots[slot]);
}

void SlotTable::take_clocks_back(KeyEntry& key, BootNs now) noexcept {
  const std::uint32_t slot = key.slot.load(std::memory_order_acquire);
  const BootNs most = now + relaxed(key.request_cost_ns) + relaxed(key.request_burst_ns);
  take_back(slot == kNoSlot ? key.clock_ns : memory_.clocks[slot].requests_ns, most);
  KeyTraffic* traffic = key.traffic.load(std::memory_order_acquire);
  if (traffic == nullptr) return;
  take_back(traffic->sent_ns, now);
  take_back(received_clock(slot, *traffic), now + relaxed(traffic->byte_burst_ns));
  if (slot == kNoSlot) return;
  sp_key_clocks& clocks = memory_.clocks[slot];
  take_back(clocks.packets_ns,
            now + relaxed(traffic->packet_cost_ns) + relaxed(traffic->packet_burst_ns));
  take_back(clocks.bytes_ns, now + relaxed(traffic->byte_burst_ns));
  // Of another clock than `now`: CLOCK_MONOTONIC, which is never ahead of it.
  take_back(clocks.egress_ns, 0);
}

void SlotTable::retire(KeyEntry& key) {
  const std::scoped_lock guard(lock_);
  const std::uint32_t slot = key.slot.load(std::memory_order_relaxed);
  if (slot == kNoSlot) return;
  sp_key_slot& row = memory_.slots[slot];
  store_field(row.verdict, static_cast<std::uint32_t>(SP_DROP_KEY_REVOKED));
  std::fill(std::begin(row.digest), std::end(row.digest), __u8{0});  // the next agent's is another
  owners_[slot] = nullptr;
  key.slot.store(kNoSlot, std::memory_order_release);
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
    store_field(memory_.slots[slot].verdict,
                static_cast<std::uint32_t>(verdict_for(check_standing(key, now))));
    remembered.erase(found);
  });
  for (const auto& [half, slot] : remembered)
    store_field(memory_.slots[slot].verdict, SP_DROP_KEY_REVOKED);
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
    store_field(row.verdict, wanted.verdict);
  }
  return mended;
}

}  // namespace sallyport
