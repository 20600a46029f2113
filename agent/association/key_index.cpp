// SPDX-License-Identifier: Apache-2.0
#include "agent/association/key_index.hpp"

#include <openssl/crypto.h>

#include <bit>
#include <cstring>
#include <utility>

namespace sallyport {
namespace {

// A cell holds an entry's address and 16 bits of its digest, so that a probe of another key's
// cell costs no second cache miss. User-space addresses fit 48 bits on x86-64 and arm64.
constexpr unsigned kTagShift = 48;
constexpr std::uint64_t kAddressMask = (1ULL << kTagShift) - 1;
constexpr std::size_t kSmallestTable = 64;

/// The digest is already uniform: its first bytes are the hash, the next ones the tag.
std::uint64_t hash_of(const KeyDigest& digest) noexcept {
  std::uint64_t hash;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

std::uint64_t tag_of(const KeyDigest& digest) noexcept {
  std::uint16_t tag;
  std::memcpy(&tag, digest.data() + sizeof(std::uint64_t), sizeof tag);
  return static_cast<std::uint64_t>(tag) << kTagShift;
}

KeyEntry* entry_of(std::uint64_t cell) noexcept {
  return reinterpret_cast<KeyEntry*>(static_cast<std::uintptr_t>(cell & kAddressMask));
}

std::uint64_t cell_for(KeyEntry& entry) noexcept {
  return tag_of(entry.digest) | reinterpret_cast<std::uintptr_t>(&entry);
}

/// At most half full, so that a miss ends after a probe or two.
std::size_t cells_for(std::size_t keys) {
  return std::bit_ceil(keys < kSmallestTable / 2 ? kSmallestTable : keys * 2);
}

}  // namespace

struct KeyIndex::Table {
  explicit Table(std::size_t cell_count)
      : mask(cell_count - 1), cells(std::make_unique<std::atomic<std::uint64_t>[]>(cell_count)) {}

  void insert(KeyEntry& entry) noexcept {
    std::size_t at = hash_of(entry.digest) & mask;
    while (cells[at].load(std::memory_order_relaxed) != 0) at = (at + 1) & mask;
    cells[at].store(cell_for(entry), std::memory_order_release);
  }

  void replace(KeyEntry& entry, KeyEntry& other) noexcept {
    std::size_t at = hash_of(entry.digest) & mask;
    while (entry_of(cells[at].load(std::memory_order_relaxed)) != &entry) at = (at + 1) & mask;
    cells[at].store(cell_for(other), std::memory_order_release);
  }

  std::size_t mask;
  std::unique_ptr<std::atomic<std::uint64_t>[]> cells;  // 0: free; cells are never freed again
};

KeyIndex::KeyIndex(std::size_t expected) {
  tables_.push_back(std::make_unique<Table>(cells_for(expected)));
  current_.store(tables_.back().get(), std::memory_order_release);
}

KeyIndex::~KeyIndex() = default;

KeyEntry* KeyIndex::find(const KeyDigest& digest) const noexcept {
  const Table* table = current_.load(std::memory_order_acquire);
  const std::uint64_t tag = tag_of(digest);
  for (std::size_t at = hash_of(digest) & table->mask;; at = (at + 1) & table->mask) {
    const std::uint64_t cell = table->cells[at].load(std::memory_order_acquire);
    if (cell == 0) return nullptr;
    if ((cell & ~kAddressMask) != tag) continue;
    KeyEntry* entry = entry_of(cell);
    if (CRYPTO_memcmp(entry->digest.data(), digest.data(), digest.size()) == 0) return entry;
  }
}

KeyEntry& KeyIndex::add(const KeyFacts& facts, const Owner& owner) {
  if (KeyEntry* entry = find(facts.digest)) {
    update(*entry, facts);
    return *entry;
  }
  KeyEntry& entry = make(facts, owner);
  if (entries_.size() * 2 > tables_.back()->mask + 1) grow();
  tables_.back()->insert(entry);
  return entry;
}

KeyEntry& KeyIndex::transfer(KeyEntry& entry, const KeyFacts& facts, const Owner& owner) {
  KeyEntry& heir = make(facts, owner);
  heir.last_source.store(entry.last_source.load(std::memory_order_relaxed));
  heir.last_used.store(entry.last_used.load(std::memory_order_relaxed));
  heir.recent.store(entry.recent.load(std::memory_order_relaxed));
  heir.denied_row = std::exchange(entry.denied_row, DeniedRow::kAbsent);
  entry.superseded = true;
  ++superseded_;
  entry.standing.store(Standing::kRevoked, std::memory_order_release);
  tables_.back()->replace(entry, heir);
  return heir;
}

KeyEntry& KeyIndex::make(const KeyFacts& facts, const Owner& owner) {
  KeyEntry& entry = entries_.emplace_back();
  entry.digest = facts.digest;
  entry.id = facts.id;
  entry.owner = &owner;
  entry.not_before = facts.not_before;
  entry.next_of_owner = std::exchange(owner.first_key, &entry);
  update(entry, facts);
  return entry;
}

void KeyIndex::update(KeyEntry& entry, const KeyFacts& facts) {
  entry.expires_at.store(facts.expires_at, std::memory_order_relaxed);
  entry.request_cost_ns.store(facts.request_cost_ns, std::memory_order_relaxed);
  entry.request_burst_ns.store(facts.request_burst_ns, std::memory_order_relaxed);
  set_traffic(entry, facts.traffic);
  entry.standing.store(facts.standing, std::memory_order_release);
}

void KeyIndex::set_traffic(KeyEntry& entry, const TrafficFacts& facts) {
  KeyTraffic* traffic = entry.traffic.load(std::memory_order_relaxed);
  if (traffic == nullptr) {
    if (facts.packet_cost_ns == 0 && facts.byte_cost == 0 && facts.egress_byte_cost == 0) return;
    traffic = &traffic_.emplace_back();
  }
  traffic->packet_cost_ns.store(facts.packet_cost_ns, std::memory_order_relaxed);
  traffic->packet_burst_ns.store(facts.packet_burst_ns, std::memory_order_relaxed);
  traffic->byte_cost.store(facts.byte_cost, std::memory_order_relaxed);
  traffic->byte_burst_ns.store(facts.byte_burst_ns, std::memory_order_relaxed);
  traffic->egress_byte_cost.store(facts.egress_byte_cost, std::memory_order_relaxed);
  entry.traffic.store(traffic, std::memory_order_release);
}

Owner& KeyIndex::owner_of(std::string_view tenant, std::string_view user) {
  std::string name;
  name.reserve(tenant.size() + 1 + user.size());
  name.append(tenant).append("/").append(user);
  auto& owner = owners_[std::move(name)];
  if (!owner) {
    owner = std::make_unique<Owner>();
    owner->tenant = tenant;
    owner->user = user;
    const auto tenant_standing = tenant_standings_.find(owner->tenant);
    if (tenant_standing != tenant_standings_.end()) {
      owner->tenant_standing.store(tenant_standing->second, std::memory_order_relaxed);
    }
  }
  return *owner;
}

Standing KeyIndex::tenant_standing(const std::string& tenant) const {
  const auto found = tenant_standings_.find(tenant);
  return found == tenant_standings_.end() ? Standing::kActive : found->second;
}

void KeyIndex::set_tenant_standing(std::string_view tenant, Standing standing) {
  tenant_standings_[std::string(tenant)] = standing;
  for (auto& [name, owner] : owners_) {
    if (owner->tenant == tenant) {
      owner->tenant_standing.store(standing, std::memory_order_release);
    }
  }
}

// Readers may still walk the old table: it stays, complete but for newer keys, until the index
// is destroyed. Doubling bounds what stays by the size of the current table.
void KeyIndex::grow() {
  auto bigger = std::make_unique<Table>((tables_.back()->mask + 1) * 2);
  for (auto& entry : entries_) {
    if (&entry != &entries_.back() && !entry.superseded) bigger->insert(entry);
  }
  tables_.push_back(std::move(bigger));
  current_.store(tables_.back().get(), std::memory_order_release);
}

}  // namespace sallyport
