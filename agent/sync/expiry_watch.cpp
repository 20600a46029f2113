// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/expiry_watch.hpp"

#include <algorithm>

namespace sallyport {

void ExpiryWatch::start(KeyIndex& index, UnixSeconds now) {
  soon_.clear();
  told_ = now;
  walk(index, index.size(), now);
}

void ExpiryWatch::note(KeyEntry& key, UnixSeconds now) {
  const UnixSeconds end = key.expires_at.load(std::memory_order_relaxed);
  if (end > told_ && end <= now + kAhead) soon_.emplace(end, &key);
}

std::vector<KeyEntry*> ExpiryWatch::due(KeyIndex& index, UnixSeconds now) {
  // A clock that was set forward has jumped over what nobody has looked at yet.
  const bool has_jumped = now - told_ > kRound;
  const auto part = index.size() / static_cast<std::size_t>(kRound) + 1;
  walk(index, has_jumped ? index.size() : part, now);
  std::vector<KeyEntry*> ended;
  while (!soon_.empty() && soon_.begin()->first <= now) {
    const auto [end, key] = *soon_.begin();
    soon_.erase(soon_.begin());
    // It may have been given another end in the meantime.
    if (key->expires_at.load(std::memory_order_relaxed) == end) ended.push_back(key);
  }
  told_ = now;
  return ended;
}

void ExpiryWatch::walk(KeyIndex& index, std::size_t most, UnixSeconds now) {
  for (std::size_t i = 0; i < std::min(most, index.size()); ++i) {
    if (walked_ >= index.size()) walked_ = 0;
    note(index.entry(walked_++), now);
  }
}

}  // namespace sallyport
