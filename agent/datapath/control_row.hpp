// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <string>

#include "agent/base/result.hpp"
#include "bpf/abi/control.h"

namespace sallyport {

/// Tells the programs which tables are worth a lookup. Flags of tables are only ever raised, each
/// before the first row that needs it; those of the prefixes are turned with each list.
class ControlRow {
 public:
  /// `seed`: the one that the programs were loaded with.
  ControlRow(const bpf_map* map, std::uint64_t seed) : fd_(bpf_map__fd(map)), seed_(seed) {}

  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }

  /// Starts from what a pinned row says, so that a restart lowers nothing, and neither sampling
  /// nor pace stop until they are set again.
  Result<void> take_over() {
    const __u32 zero = 0;
    sp_control row{};
    if (bpf_map_lookup_elem(fd_, &zero, &row) != 0) {
      return system_failure(errno, "kernel map sp_control");
    }
    if (row.abi_version != 0 && row.abi_version != SP_ABI_VERSION) {
      return failure(Errc::kIncompatible,
                     "the pinned tables are of ABI version " + std::to_string(row.abi_version) +
                         ", this agent's is " + std::to_string(SP_ABI_VERSION),
                     "remove what is pinned: sallyportd --detach");
    }
    row_ = row;
    return write(row.flags);
  }

  /// One in so many becomes an event; 0: none.
  Result<void> sample(__u32 drops, __u32 passes) {
    const std::scoped_lock guard(lock_);
    row_.sample_drops = drops;
    row_.sample_passes = passes;
    return write(written_.load(std::memory_order_relaxed));
  }

  /// GCRA of a source's new connections; cost 0: none.
  Result<void> set_pace(__u64 cost_ns, __u64 burst_ns) {
    const std::scoped_lock guard(lock_);
    row_.pace_cost_ns = cost_ns;
    row_.pace_burst_ns = burst_ns;
    return write(written_.load(std::memory_order_relaxed));
  }

  /// GCRA of all resets together; cost 0: none.
  Result<void> set_resets(__u64 cost_ns, __u64 burst_ns) {
    const std::scoped_lock guard(lock_);
    row_.reset_cost_ns = cost_ns;
    row_.reset_burst_ns = burst_ns;
    return write(written_.load(std::memory_order_relaxed));
  }

  Result<void> raise(__u32 flag) {
    if ((written_.load(std::memory_order_acquire) & flag) != 0) return {};
    const std::scoped_lock guard(lock_);
    return write(written_.load(std::memory_order_relaxed) | flag);
  }

  /// Of the flags in `which`, `flags` are set from now on and the others are not.
  Result<void> turn(__u32 which, __u32 flags) {
    const std::scoped_lock guard(lock_);
    return write((written_.load(std::memory_order_relaxed) & ~which) | flags);
  }

  /// Writes the row again if it is not what was written; 1: it was not.
  Result<std::uint64_t> repair() {
    const std::scoped_lock guard(lock_);
    const __u32 zero = 0;
    sp_control found{};
    if (bpf_map_lookup_elem(fd_, &zero, &found) != 0) {
      return system_failure(errno, "kernel map sp_control");
    }
    if (std::memcmp(&found, &row_, sizeof found) == 0) return 0;
    auto done = write(written_.load(std::memory_order_relaxed));
    return done ? Result<std::uint64_t>(1) : done.error();
  }

  [[nodiscard]] bool has(__u32 flag) const noexcept {
    return (written_.load(std::memory_order_acquire) & flag) != 0;
  }

 private:
  Result<void> write(__u32 flags) {
    const __u32 zero = 0;
    row_.abi_version = SP_ABI_VERSION;
    row_.flags = flags;
    row_.seed = seed_;
    if (bpf_map_update_elem(fd_, &zero, &row_, BPF_ANY) != 0) {
      return system_failure(errno, "kernel map sp_control");
    }
    written_.store(flags, std::memory_order_release);
    return {};
  }

  int fd_;
  std::uint64_t seed_;
  sp_control row_{};
  std::mutex lock_;                // held by who writes the row
  std::atomic<__u32> written_{0};  // what the kernel has: set once the row is there
};

}  // namespace sallyport
