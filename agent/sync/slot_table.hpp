// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "agent/association/check_code.hpp"
#include "agent/association/key_index.hpp"
#include "agent/datapath/tables.hpp"
#include "agent/limits/byte_budget.hpp"
#include "agent/limits/gcra.hpp"

namespace sallyport {

/// Which key has which kernel slot. A key is given one when it is first used on this host; a
/// slot's generation grows with each owner, so that no owner inherits a connection.
///
/// Thread safety: all calls from any thread. A lock is taken only when a slot is given or a
/// verdict changes.
class SlotTable {
 public:
  /// `memory` must outlive the table; slot 0 is the offenders' and is never given.
  explicit SlotTable(SlotMemory memory);

  struct Place {
    std::uint32_t slot;
    std::uint32_t generation;
  };

  /// The key's slot, given now if it has none. nullopt-like `kNoSlot` when every slot is taken
  /// by a key in good standing (counted): the inner door then does the whole job for this key.
  [[nodiscard]] Place place_of(KeyEntry& key);

  /// Spends one request and its bytes from the key's clocks: those shared with the kernel, or
  /// the entry's own where there is no slot.
  [[nodiscard]] Spend spend_request(KeyEntry& key, std::uint64_t bytes, BootNs now) noexcept;

  /// Spends bytes that were read; how long to wait before more are.
  [[nodiscard]] std::uint64_t charge_bytes(KeyEntry& key, std::uint64_t bytes, BootNs now) noexcept;

  /// What the kernel does from now on with every packet of the key's connections: PASS_BOUND
  /// or a DROP_*. One store. Returns whether a key that passed until now was condemned; false
  /// where the key has no slot.
  bool set_verdict(KeyEntry& key, sp_verdict verdict);

  /// What the kernel polices from the next packet on is what the entry says now.
  void set_limits(KeyEntry& key);
  /// After other limits: what was spent under the old ones holds nobody up under the new.
  void take_clocks_back(KeyEntry& key, BootNs now) noexcept;

  /// The key is another entry's from now on: its slot is revoked, and free for others.
  void retire(KeyEntry& key);

  /// After a restart: gives back to each key of `index` the slot that the kernel remembers for
  /// it, and condemns the slots of keys that nobody knows any more.
  void adopt(KeyIndex& index);

  /// Makes each key's slot say what is to be done with the key's packets; how many did not.
  [[nodiscard]] std::uint64_t read_back(UnixSeconds now);

  /// Keys that have a slot, for periodic walks.
  [[nodiscard]] std::vector<KeyEntry*> placed() const;

  /// Whether the kernel drops connections bound like this.
  [[nodiscard]] bool is_condemned(const sp_connection& binding) const noexcept;

  /// Whose slot it is in that generation; nullopt: nobody's that is known.
  [[nodiscard]] std::optional<KeyId> key_of(std::uint32_t slot, std::uint32_t generation) const;

  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_.load(); }

 private:
  [[nodiscard]] std::uint32_t free_slot();  // under lock_; kNoSlot when there is none
  void give(std::uint32_t slot, KeyEntry& key);
  [[nodiscard]] __u64& received_clock(std::uint32_t slot, KeyTraffic& traffic) noexcept;

  SlotMemory memory_;
  mutable std::mutex lock_;
  std::vector<KeyEntry*> owners_;  // by slot; nullptr: free, or of a key nobody knows
  std::uint32_t next_unused_ = 1;
  std::uint32_t reclaim_from_ = 1;
  std::atomic<std::uint64_t> refused_{0};
};

/// What the inner door may send a key. It waits in steps of a quarter of a second, so it needs some
/// burst to keep to a rate: half a second's worth. The kernel, which needs none, may be stricter.
[[nodiscard]] ByteBudget egress_budget(const KeyTraffic& traffic) noexcept;

/// The packet verdict that follows from a key's standing. `kAllowed` → PASS_BOUND.
[[nodiscard]] sp_verdict verdict_for(CheckCode standing) noexcept;

}  // namespace sallyport
