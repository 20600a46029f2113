// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>

#include "bpf/abi/line.h"

namespace sallyport {

/// Writes the lines of bpf/abi/line.h, which the programs read meanwhile. Keys and values are
/// those of the table's own ABI header. The memory is not owned.
///
/// Thread safety: any thread.
class LineTable {
 public:
  /// The line to which a key belongs, locked for other writers while this lives.
  class Line {
   public:
    enum class Put { kAdded, kReplaced, kFull };

    /// Writes the key's row, flags and all. `kFull`: there is no room; the line is then
    /// marked as spilled and the caller keeps the row elsewhere.
    Put put(std::uint64_t value) noexcept;
    /// False: it had no row here.
    bool erase() noexcept;
    /// Whether rows of this line may be elsewhere.
    [[nodiscard]] bool has_spilled() const noexcept;
    [[nodiscard]] bool has_row() const noexcept { return find() != nullptr; }

   private:
    friend class LineTable;
    Line(sp_line& line, std::uint64_t key, std::mutex& lock)
        : line_(line), key_(key), guard_(lock) {}
    [[nodiscard]] sp_row* find() const noexcept;

    sp_line& line_;
    std::uint64_t key_;
    std::scoped_lock<std::mutex> guard_;
  };

  /// At least one line.
  LineTable(std::span<sp_line> lines, std::uint64_t seed) noexcept : lines_(lines), seed_(seed) {}

  [[nodiscard]] Line line_of(std::uint64_t key);

  /// Visits (key, value, is_superseded) of the rows; one that comes or goes meanwhile may be
  /// missed.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto& line : lines_) {
      for (const auto& row : line.rows) {
        const std::uint64_t key = load(row.key);
        const std::uint64_t value = load(row.value);
        if (!is_free(value) && load(row.key) == key) {
          visit(key, value & ~SP_ROW_FLAGS, (value & SP_ROW_SUPERSEDED) != 0);
        }
      }
    }
  }

 private:
  static std::uint64_t load(const __u64& word) noexcept {
    return std::atomic_ref<__u64>(const_cast<__u64&>(word)).load(std::memory_order_acquire);
  }
  static bool is_free(std::uint64_t value) noexcept { return (value & ~SP_ROW_FLAGS) == 0; }
  static void set_value(sp_row& row, std::uint64_t value) noexcept;

  std::span<sp_line> lines_;
  std::uint64_t seed_;
  std::array<std::mutex, 64> locks_;  // by line
};

}  // namespace sallyport
