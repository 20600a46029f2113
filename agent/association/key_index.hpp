// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/association/key_entry.hpp"

namespace sallyport {

/// As KeyTraffic.
struct TrafficFacts {
  std::uint64_t packet_cost_ns = 0;
  std::uint64_t packet_burst_ns = 0;
  std::uint64_t byte_cost = 0;
  std::uint64_t byte_burst_ns = 0;
  std::uint64_t egress_byte_cost = 0;

  bool operator==(const TrafficFacts&) const = default;
};

/// What `KeyIndex::add` needs to know of a key.
struct KeyFacts {
  KeyDigest digest{};
  KeyId id{};
  UnixSeconds not_before = 0;
  UnixSeconds expires_at = 0;
  Standing standing = Standing::kActive;
  std::uint64_t request_cost_ns = 0;
  std::uint64_t request_burst_ns = 0;
  TrafficFacts traffic = {};
};

/// Every key this host knows, by digest. It has no TTL and no cache in front: what the
/// control thread writes is what the next check reads.
///
/// Thread safety: one writer (the control thread); any number of readers, wait-free.
/// Entries are never moved or freed before the index is destroyed.
class KeyIndex {
 public:
  /// Room for `expected` keys without growing.
  explicit KeyIndex(std::size_t expected = 0);
  ~KeyIndex();
  KeyIndex(const KeyIndex&) = delete;
  KeyIndex& operator=(const KeyIndex&) = delete;

  /// Readers: nullptr for an unknown digest. Compares the digest in constant time.
  [[nodiscard]] KeyEntry* find(const KeyDigest& digest) const noexcept;

  /// Writer: publishes a key, or updates the atomics of one already there. `owner` must be
  /// one of `owner_of`; of a key already there it is not changed.
  KeyEntry& add(const KeyFacts& facts, const Owner& owner);

  /// Writer: from now on a find gives another entry, of `owner`; `entry` stays as a tombstone for
  /// those who hold it, revoked before the other can be found. The other is returned.
  KeyEntry& transfer(KeyEntry& entry, const KeyFacts& facts, const Owner& owner);

  /// Writer: the owner record of that tenant and user, made on first use.
  Owner& owner_of(std::string_view tenant, std::string_view user);

  /// Writer: active, unless it was told otherwise.
  [[nodiscard]] Standing tenant_standing(const std::string& tenant) const;
  /// Writer: for every owner of that tenant, those met later too.
  void set_tenant_standing(std::string_view tenant, Standing standing);

  /// Writer: every entry, those that were superseded too.
  template <class Visit>
  void for_each(Visit&& visit) {
    for (auto& entry : entries_) visit(entry);
  }

  /// Writer: the keys of an owner; `user` empty: of the whole tenant.
  template <class Visit>
  void for_each_of(std::string_view tenant, std::string_view user, Visit&& visit) {
    if (!user.empty()) return for_each_of(owner_of(tenant, user), visit);
    for (auto& [name, owner] : owners_) {
      if (owner->tenant == tenant) for_each_of(*owner, visit);
    }
  }

  /// Writer: one entry, in the order in which they were added; `at` below size().
  [[nodiscard]] KeyEntry& entry(std::size_t at) noexcept { return entries_[at]; }

  /// Entries, for walks.
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  /// Keys that can be found.
  [[nodiscard]] std::size_t keys() const noexcept { return entries_.size() - superseded_; }

 private:
  struct Table;

  template <class Visit>
  static void for_each_of(const Owner& owner, Visit& visit) {
    for (KeyEntry* key = owner.first_key; key != nullptr; key = key->next_of_owner) {
      if (!key->superseded) visit(*key);
    }
  }

  void grow();
  KeyEntry& make(const KeyFacts& facts, const Owner& owner);
  void update(KeyEntry& entry, const KeyFacts& facts);
  void set_traffic(KeyEntry& entry, const TrafficFacts& facts);

  std::deque<KeyEntry> entries_;
  std::size_t superseded_ = 0;
  std::deque<KeyTraffic> traffic_;
  std::unordered_map<std::string, std::unique_ptr<Owner>> owners_;  // "tenant/user"
  std::unordered_map<std::string, Standing> tenant_standings_;  // where not active from the start
  std::vector<std::unique_ptr<Table>> tables_;  // the last is current; the others may have readers
  std::atomic<const Table*> current_;
};

}  // namespace sallyport
