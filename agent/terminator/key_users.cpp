// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/key_users.hpp"

namespace sallyport {

std::uint64_t KeyUsers::cut(KeyEntry& key) noexcept {
  const auto found = users_.find(&key);
  if (found == users_.end()) return 0;
  std::uint64_t count = 0;
  while (!found->second.empty()) {
    KeyUser& user = found->second.front();
    user.unlink();  // whatever it does next, it isn't met twice
    user.cut_for_key();
    ++count;
  }
  users_.erase(found);
  return count;
}

void KeyUsers::sweep() {
  constexpr std::size_t kWorthIt = 64;
  if (users_.size() < swept_size_ + kWorthIt) return;
  std::erase_if(users_, [](const auto& one) { return one.second.empty(); });
  swept_size_ = users_.size();
}

std::size_t KeyUsers::count(KeyEntry& key) const noexcept {
  const auto found = users_.find(&key);
  return found == users_.end() ? 0 : found->second.size();
}

}  // namespace sallyport
