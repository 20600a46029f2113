// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/line_table.hpp"

namespace sallyport {

LineTable::Line LineTable::line_of(std::uint64_t key) {
  const std::uint32_t index = sp_line_of(key, seed_, static_cast<std::uint32_t>(lines_.size()));
  return {lines_[index], key, locks_[index % locks_.size()]};
}

// In one step, since the kernel may set a flag at any moment. The row keeps the line's mark.
void LineTable::set_value(sp_row& row, std::uint64_t value) noexcept {
  const std::atomic_ref<__u64> word(row.value);
  __u64 before = word.load(std::memory_order_relaxed);
  while (!word.compare_exchange_weak(before, value | (before & SP_ROW_SPILLED),
                                     std::memory_order_acq_rel, std::memory_order_relaxed)) {
  }
}

sp_row* LineTable::Line::find() const noexcept {
  for (auto& row : line_.rows) {
    if (row.key == key_ && !is_free(load(row.value))) return &row;
  }
  return nullptr;
}

LineTable::Line::Put LineTable::Line::put(std::uint64_t value) noexcept {
  if (sp_row* const row = find()) {
    set_value(*row, value);
    return Put::kReplaced;
  }
  for (auto& row : line_.rows) {
    if (!is_free(load(row.value))) continue;
    std::atomic_ref<__u64>(row.key).store(key_, std::memory_order_release);
    set_value(row, value);
    return Put::kAdded;
  }
  std::atomic_ref<__u64>(line_.rows[0].value).fetch_or(SP_ROW_SPILLED, std::memory_order_release);
  return Put::kFull;
}

bool LineTable::Line::erase() noexcept {
  sp_row* const row = find();
  if (row != nullptr) set_value(*row, 0);
  return row != nullptr;
}

bool LineTable::Line::has_spilled() const noexcept {
  return (load(line_.rows[0].value) & SP_ROW_SPILLED) != 0;
}

}  // namespace sallyport
