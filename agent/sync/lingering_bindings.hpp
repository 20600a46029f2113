// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "agent/base/clock.hpp"
#include "agent/datapath/tables.hpp"

namespace sallyport {

struct ConnectionKeyHash {
  [[nodiscard]] std::size_t operator()(const sp_connection_key& key) const noexcept;
};
struct ConnectionKeyEqual {
  [[nodiscard]] bool operator()(const sp_connection_key& a,
                                const sp_connection_key& b) const noexcept;
};

/// Bindings of condemned connections whose socket is already gone: they stay in the kernel for
/// a while, so that what the peer still sends dies there. A SYN on the same 4-tuple supersedes
/// them in the kernel at once, so a new connection is never judged by them.
///
/// Thread safety: any thread.
class LingeringBindings {
 public:
  static constexpr BootNs kLinger = 60 * kSecondNs;

  explicit LingeringBindings(ConnectionTable& table) : table_(table) {}

  /// The binding is in the table; it goes at `now + kLinger`, or at once when too many linger.
  void keep(const sp_connection_key& connection, BootNs now);

  /// Puts a new binding, which ends an older one's lingering.
  Result<void> rebind(const sp_connection_key& connection, const sp_connection& binding);

  /// Removes those whose time has come.
  void expire(BootNs now);

  [[nodiscard]] std::size_t size() const noexcept { return size_.load(); }

 private:
  static constexpr std::size_t kMost = 16384;

  ConnectionTable& table_;
  std::mutex lock_;
  std::unordered_map<sp_connection_key, BootNs, ConnectionKeyHash, ConnectionKeyEqual> until_;
  std::atomic<std::size_t> size_{0};  // lets binds skip the lock while nothing lingers
};

}  // namespace sallyport
