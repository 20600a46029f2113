// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/lingering_bindings.hpp"

#include <cstring>

#include "agent/base/address.hpp"

namespace sallyport {

std::size_t ConnectionKeyHash::operator()(const sp_connection_key& key) const noexcept {
  const std::size_t ports =
      static_cast<std::size_t>(key.source_port) << 16 | static_cast<std::size_t>(key.service_id);
  return AddressHash{}(Address::from_abi(key.source)) ^ (ports * 0x9e3779b97f4a7c15ULL);
}

bool ConnectionKeyEqual::operator()(const sp_connection_key& a,
                                    const sp_connection_key& b) const noexcept {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

void LingeringBindings::keep(const sp_connection_key& connection, BootNs now) {
  const std::scoped_lock guard(lock_);
  if (until_.size() >= kMost && !until_.contains(connection)) {
    (void)table_.erase(connection);
    return;
  }
  until_[connection] = now + kLinger;
  size_.store(until_.size(), std::memory_order_release);
}

Result<void> LingeringBindings::rebind(const sp_connection_key& connection,
                                       const sp_connection& binding) {
  if (size_.load(std::memory_order_acquire) == 0) return table_.put(connection, binding);
  const std::scoped_lock guard(lock_);
  until_.erase(connection);
  size_.store(until_.size(), std::memory_order_release);
  return table_.put(connection, binding);
}

void LingeringBindings::expire(BootNs now) {
  if (size_.load(std::memory_order_acquire) == 0) return;
  const std::scoped_lock guard(lock_);
  for (auto at = until_.begin(); at != until_.end();) {
    if (at->second > now) {
      ++at;
      continue;
    }
    (void)table_.erase(at->first);
    at = until_.erase(at);
  }
  size_.store(until_.size(), std::memory_order_release);
}

}  // namespace sallyport
