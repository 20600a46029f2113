// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/denied_keys.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "agent/association/checks.hpp"
#include "agent/sync/slot_table.hpp"

namespace sallyport {
namespace {

sp_denied_key_id id_of(const KeyEntry& key) noexcept {
  sp_denied_key_id id;
  static_assert(sizeof id.digest <= std::tuple_size_v<KeyDigest>);
  std::copy_n(key.digest.begin(), sizeof id.digest, id.digest);
  return id;
}

std::string text_of(const sp_denied_key_id& id) {
  return {reinterpret_cast<const char*>(id.digest), sizeof id.digest};
}

/// SP_PASS_BOUND: it is not to be in the table.
sp_verdict wanted_for(const KeyEntry& key, UnixSeconds now) noexcept {
  const CheckCode standing = check_standing(key, now);
  return standing == CheckCode::kNotYetValid ? SP_PASS_BOUND : verdict_for(standing);
}

}  // namespace

Result<void> DeniedKeys::replay(KeyIndex& index, UnixSeconds now) {
  const auto rows = table_.rows();
  if (!rows) return rows.error();
  std::unordered_map<std::string, sp_denied_key> found;
  for (const auto& row : *rows) found.emplace(text_of(row.id), row.state);

  Batch batch;
  if (is_wanted_) {
    index.for_each([&](KeyEntry& key) {
      const sp_verdict wanted = wanted_for(key, now);
      if (wanted == SP_PASS_BOUND) return;
      const auto at = found.empty() ? found.end() : found.find(text_of(id_of(key)));
      const bool is_right = at != found.end() && at->second.verdict == static_cast<__u32>(wanted);
      if (at != found.end()) found.erase(at);
      if (is_right) {
        key.denied_row = DeniedRow::kPresent;
      } else {
        gather(key, now, batch);
      }
    });
  }
  std::vector<sp_denied_key_id> strangers;
  for (const auto& [text, state] : found) {
    std::memcpy(strangers.emplace_back().digest, text.data(), text.size());
  }
  if (!strangers.empty()) {
    if (auto erased = table_.erase(strangers); !erased) return erased;
  }
  (void)write(batch);  // counted; the inner door refuses them, and sweep tries again
  return {};
}

Result<std::uint64_t> DeniedKeys::read_back(KeyIndex& index, UnixSeconds now) {
  const auto rows = table_.rows();
  if (!rows) return rows.error();
  std::unordered_set<std::string> found;
  for (const auto& row : *rows) found.insert(text_of(row.id));
  std::uint64_t mended = 0;
  Batch missing;
  index.for_each([&](KeyEntry& key) {
    if (key.denied_row == DeniedRow::kAbsent) return;
    const bool is_there = found.erase(text_of(id_of(key))) > 0;
    if (is_there || key.denied_row != DeniedRow::kPresent) return;
    key.denied_row = DeniedRow::kUnsure;
    gather(key, now, missing);
    ++mended;
  });
  std::vector<sp_denied_key_id> strangers;
  for (const auto& text : found) {
    std::memcpy(strangers.emplace_back().digest, text.data(), text.size());
  }
  if (!strangers.empty()) {
    if (auto erased = table_.erase(strangers); !erased) return erased.error();
  }
  if (auto put = write(missing); !put) return put.error();
  return mended + strangers.size();
}

Result<void> DeniedKeys::judge(KeyEntry& key, UnixSeconds now) {
  if (!is_wanted_) return {};
  Batch batch;
  gather(key, now, batch);
  return write(batch);
}

Result<void> DeniedKeys::judge_keys_of(KeyIndex& index, std::string_view tenant,
                                       std::string_view user, UnixSeconds now) {
  if (!is_wanted_) return {};
  Batch batch;
  index.for_each_of(tenant, user, [&](KeyEntry& key) { gather(key, now, batch); });
  return write(batch);
}

Result<void> DeniedKeys::sweep(KeyIndex& index, UnixSeconds now) {
  if (!is_wanted_) return {};
  Batch batch;
  const std::size_t count = std::min(kSweep, index.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (swept_ >= index.size()) swept_ = 0;
    gather(index.entry(swept_++), now, batch);
  }
  return write(batch);
}

void DeniedKeys::gather(KeyEntry& key, UnixSeconds now, Batch& batch) const {
  if (key.superseded) return;  // the row is another entry's
  const sp_verdict wanted = wanted_for(key, now);
  const bool is_denied = wanted != SP_PASS_BOUND;
  if (key.denied_row == (is_denied ? DeniedRow::kPresent : DeniedRow::kAbsent)) return;
  if (!is_denied) {
    batch.removed.push_back(&key);
    return;
  }
  batch.added.push_back(&key);
  batch.rows.push_back(
      {id_of(key), {.verdict = static_cast<__u32>(wanted), .reserved = 0, .revision = revision_}});
}

// Those that are good again go first: a full table must not keep one of them.
Result<void> DeniedKeys::write(const Batch& batch) {
  std::vector<sp_denied_key_id> ids;
  for (const KeyEntry* key : batch.removed) ids.push_back(id_of(*key));
  auto erased = ids.empty() ? Result<void>{} : table_.erase(ids);
  settle(batch.removed, erased, DeniedRow::kAbsent);
  if (!erased) return erased;
  auto put = batch.rows.empty() ? Result<void>{} : table_.put(batch.rows);
  settle(batch.added, put, DeniedRow::kPresent);
  return put;
}

void DeniedKeys::settle(const std::vector<KeyEntry*>& keys, const Result<void>& done,
                        DeniedRow state) {
  if (!done) table_failures_.fetch_add(1, std::memory_order_relaxed);
  for (KeyEntry* key : keys) key->denied_row = done ? state : DeniedRow::kUnsure;
}

}  // namespace sallyport
