// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/use_log.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace sallyport {
namespace {

std::uint64_t number_of(const KeyId& id) noexcept {
  static_assert(sizeof(std::uint64_t) == std::tuple_size_v<KeyId>);
  std::uint64_t number;
  std::memcpy(&number, id.data(), sizeof number);
  return number;
}

}  // namespace

Result<void> UseLog::load() {
  std::unordered_map<std::uint64_t, KeyUseRecord> uses;
  auto read = registry_.reader().for_each_use(
      [&](const KeyUseRecord& use) { uses.emplace(number_of(use.id), use); });
  if (!read || uses.empty()) return read;
  index_.for_each([&](KeyEntry& key) {
    const auto found = uses.find(number_of(key.id));
    if (found == uses.end()) return;
    key.last_used.store(static_cast<std::uint32_t>(found->second.at), std::memory_order_relaxed);
    key.last_source.store(found->second.source, std::memory_order_relaxed);
  });
  return {};
}

Result<void> UseLog::save_some(UnixSeconds now) {
  return save(index_.size() / static_cast<std::size_t>(kRound) + 1, now);
}

Result<void> UseLog::save_all(UnixSeconds now) {
  return save(index_.size(), now);
}

Result<void> UseLog::save(std::size_t most, UnixSeconds now) {
  std::vector<KeyUseRecord> uses;
  for (std::size_t i = 0; i < std::min(most, index_.size()); ++i) {
    if (walked_ >= index_.size()) walked_ = 0;
    const KeyEntry& key = index_.entry(walked_++);
    const UnixSeconds at = key.last_used.load(std::memory_order_relaxed);
    // What is older was saved by the walk before; a little too much does no harm.
    if (key.superseded || at == 0 || at < now - 2 * kRound) continue;
    uses.push_back({.id = key.id, .at = at, .source = key.last_source.load()});
  }
  return registry_.save_uses(uses);
}

}  // namespace sallyport
