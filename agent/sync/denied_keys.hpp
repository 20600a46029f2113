// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/association/key_index.hpp"
#include "agent/base/clock.hpp"
#include "agent/datapath/tables.hpp"

namespace sallyport {

/// Mirrors the keys that are refused, and stay so until somebody changes the registry, into the
/// kernel's table, for services in clear. A key that is not valid yet is not among them: nobody
/// tells the kernel when its time has come. What the table does not take is refused by the inner
/// door alone, and `sweep` tries again.
///
/// Thread safety: the control strand; `table_failures` from any thread.
class DeniedKeys {
 public:
  /// `is_wanted`: some service is in clear. Otherwise the table is kept empty.
  DeniedKeys(DeniedKeyTable& table, bool is_wanted) : table_(table), is_wanted_(is_wanted) {}

  /// Evidence of the rows that are written from now on.
  void set_revision(std::uint64_t revision) noexcept { revision_ = revision; }

  /// Start-up: makes the table hold what it should. Rows that stay right are never touched.
  Result<void> replay(KeyIndex& index, UnixSeconds now);

  /// After a change of that key.
  Result<void> judge(KeyEntry& key, UnixSeconds now);
  /// After a change of its owner; `user` empty: of a tenant and all its users.
  Result<void> judge_keys_of(KeyIndex& index, std::string_view tenant, std::string_view user,
                             UnixSeconds now);

  /// Looks at the next `kSweep` keys: some may have expired, some may have failed before.
  Result<void> sweep(KeyIndex& index, UnixSeconds now);
  static constexpr std::size_t kSweep = 65536;

  /// Makes the table hold what was put and not erased; how many rows were missing or strange.
  Result<std::uint64_t> read_back(KeyIndex& index, UnixSeconds now);

  [[nodiscard]] std::uint64_t table_failures() const noexcept { return table_failures_.load(); }

 private:
  /// Gathers what is to be written, then writes it in batches.
  struct Batch {
    std::vector<KeyEntry*> added;
    std::vector<DeniedKeyTable::Row> rows;
    std::vector<KeyEntry*> removed;
  };

  void gather(KeyEntry& key, UnixSeconds now, Batch& batch) const;
  Result<void> write(const Batch& batch);
  void settle(const std::vector<KeyEntry*>& keys, const Result<void>& done, DeniedRow state);

  DeniedKeyTable& table_;
  const bool is_wanted_;
  std::uint64_t revision_ = 0;
  std::size_t swept_ = 0;  // entries of the index, modulo its size
  std::atomic<std::uint64_t> table_failures_{0};
};

}  // namespace sallyport
