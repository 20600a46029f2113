// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/types.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "agent/base/clock.hpp"
#include "agent/base/digest.hpp"
#include "agent/base/key_id.hpp"

namespace sallyport {

struct KeyEntry;

/// The user and the tenant that keys belong to; shared by all keys of one user. Names are
/// immutable, standings are written by the control thread and read by workers.
struct Owner {
  std::string tenant;
  std::string user;
  mutable KeyEntry* first_key = nullptr;  // the index's list of its keys; the control thread's
  std::atomic<Standing> tenant_standing{Standing::kActive};
  std::atomic<Standing> user_standing{Standing::kActive};
};

/// Whether the key has a row in the kernel's table of denied keys.
enum class DeniedRow : std::uint8_t {
  kAbsent,
  kPresent,
  kUnsure,  // a write failed that may have been done
};

constexpr std::uint32_t kNoSlot = 0xffffffffU;

/// Limits on a key's packets and bytes, which few keys have: what they spend, in the units of
/// bpf/abi/limit.h. Cost 0: no limit.
struct KeyTraffic {
  std::atomic<std::uint64_t> packet_cost_ns{0};
  std::atomic<std::uint64_t> packet_burst_ns{0};
  std::atomic<std::uint64_t> byte_cost{0};
  std::atomic<std::uint64_t> byte_burst_ns{0};
  std::atomic<std::uint64_t> egress_byte_cost{0};  // of what it is sent
  __u64 clock_ns = 0;  // of the bytes that the inner door has read, while the key has no slot
  __u64 sent_ns = 0;   // of those that it has sent
};

/// A key as the workers see it. Address-stable and never freed while the index lives, so a
/// worker may hold a pointer for as long as it likes; a revoked key stays as its tombstone.
/// Plain members are immutable once published; atomics have one writer, the control thread,
/// except the clocks (all, by compare-and-swap), `slot` (the slot table, under its lock) and what
/// `note_use` writes (the workers). Two cache lines: a million of them are 128 MB.
struct KeyEntry {
  KeyDigest digest{};
  KeyId id{};
  const Owner* owner = nullptr;            // never null once published
  UnixSeconds not_before = 0;              // 0: since ever
  std::atomic<UnixSeconds> expires_at{0};  // 0: never
  std::atomic<Standing> standing{Standing::kActive};
  // The control thread's alone, as `next_of_owner`.
  DeniedRow denied_row = DeniedRow::kAbsent;
  bool superseded = false;  // another entry has its digest now: it was transferred
  std::atomic<std::uint32_t> slot{kNoSlot};
  std::atomic<std::uint64_t> request_cost_ns{0};   // GCRA: what a request spends; 0: no limit
  std::atomic<std::uint64_t> request_burst_ns{0};  // GCRA: how far the clock may run ahead
  std::atomic<KeyTraffic*> traffic{nullptr};       // null: none; never freed, as the entry
  __u64 clock_ns = 0;  // the request clock while it has no slot; moved by `spend` alone
  KeyEntry* next_of_owner = nullptr;
  std::atomic<std::uint64_t> last_source{0};  // see key_use.hpp
  std::atomic<std::uint32_t> last_used{0};    // since 1970; 0: never
  std::atomic<std::uint32_t> recent{0};       // a bit a minute, the lowest is that of `last_used`
};
static_assert(sizeof(KeyEntry) == 128);

}  // namespace sallyport
