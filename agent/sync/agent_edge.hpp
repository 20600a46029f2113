// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <deque>
#include <functional>

#include "agent/limits/pacer.hpp"
#include "agent/sync/ban_list.hpp"
#include "agent/sync/cidr_list.hpp"
#include "agent/sync/lingering_bindings.hpp"
#include "agent/sync/observation_queue.hpp"
#include "agent/sync/slot_table.hpp"
#include "agent/terminator/edge.hpp"

namespace sallyport {

/// What the workers reach of prefixes, bans, slots and the kernel's connection table.
///
/// Thread safety: as `Edge` says; `drain` from the control strand.
class AgentEdge final : public Edge {
 public:
  /// `wake` is called on a worker's thread when there is something to drain; must not block.
  AgentEdge(const CidrList& cidrs, const BanList& bans, Pacer& pacer, SlotTable& slots,
            ConnectionTable& connections, LingeringBindings& lingering, unsigned workers,
            std::function<void()> wake);

  [[nodiscard]] Admission admit(const Address& source) noexcept override;
  [[nodiscard]] Spend spend_request(KeyEntry& key, std::uint64_t bytes) noexcept override;
  [[nodiscard]] std::uint64_t charge_bytes(KeyEntry& key, std::uint64_t bytes) noexcept override;
  [[nodiscard]] std::uint64_t charge_sent(KeyEntry& key, std::uint64_t bytes) noexcept override;
  bool bind(const sp_connection_key& connection, KeyEntry& key) noexcept override;
  void condemn(const sp_connection_key& connection) noexcept override;
  void unbind(const sp_connection_key& connection, Ended ended) noexcept override;
  void observe(unsigned worker, const Observation& observation) noexcept override;

  template <class Visit>
  void drain(Visit&& visit) {
    for (auto& queue : queues_) queue.drain(visit);
  }

  [[nodiscard]] std::uint64_t lost_observations() const noexcept;
  [[nodiscard]] std::uint64_t failed_bindings() const noexcept { return failed_.load(); }

 private:
  bool put(const sp_connection_key& connection, const sp_connection& binding) noexcept;

  const CidrList& cidrs_;
  const BanList& bans_;
  Pacer& pacer_;
  SlotTable& slots_;
  ConnectionTable& connections_;
  LingeringBindings& lingering_;
  std::deque<ObservationQueue> queues_;  // by worker
  std::function<void()> wake_;
  std::atomic<std::uint64_t> failed_{0};
};

}  // namespace sallyport
