// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "agent/limits/byte_budget.hpp"
#include "agent/terminator/edge.hpp"

namespace sallyport::test {

/// The rest of the agent in small: bans are a set, limits are spent on the key's own clock, and
/// what the workers say is kept, in order. Thread-safe.
class EdgeRecorder final : public Edge {
 public:
  [[nodiscard]] Admission admit(const Address& source) noexcept override {
    const std::lock_guard guard(lock_);
    if (denied_.contains(source)) return Admission::kDenied;
    return banned_.contains(source.as_source()) ? Admission::kBanned : Admission::kAdmitted;
  }
  [[nodiscard]] Spend spend_request(KeyEntry& key, std::uint64_t bytes) noexcept override {
    if (KeyTraffic* traffic = key.traffic.load()) {
      const std::uint64_t wait = wait_ns(traffic->clock_ns, bytes_of(*traffic), boot_now());
      if (wait > 0) return {.retry_after_ns = wait};
      (void)charge_bytes(key, bytes);
    }
    return spend(key.clock_ns,
                 {.cost_ns = key.request_cost_ns.load(), .burst_ns = key.request_burst_ns.load()},
                 boot_now());
  }
  [[nodiscard]] std::uint64_t charge_bytes(KeyEntry& key, std::uint64_t bytes) noexcept override {
    KeyTraffic* traffic = key.traffic.load();
    return traffic == nullptr ? 0
                              : charge(traffic->clock_ns, bytes_of(*traffic), bytes, boot_now());
  }
  [[nodiscard]] std::uint64_t charge_sent(KeyEntry& key, std::uint64_t bytes) noexcept override {
    KeyTraffic* traffic = key.traffic.load();
    return traffic == nullptr
               ? 0
               : charge(traffic->sent_ns,
                        {.cost = traffic->egress_byte_cost.load(), .burst_ns = kSecondNs / 2},
                        bytes, boot_now());
  }
  bool bind(const sp_connection_key&, KeyEntry& key) noexcept override {
    note("bind " + std::string(to_view(key.id)));
    return true;
  }
  void condemn(const sp_connection_key&) noexcept override { note("condemn"); }
  void unbind(const sp_connection_key&, Ended ended) noexcept override {
    note(ended == Ended::kClosed ? "unbind closed" : "unbind condemned");
  }
  void observe(unsigned, const Observation& observation) noexcept override {
    {
      const std::lock_guard guard(lock_);
      observations_.push_back(observation);
    }
    const bool is_allowed = observation.code == CheckCode::kAllowed;
    note("observe " + std::string(is_allowed ? "allowed" : info(observation.code).code));
  }

  void ban(const Address& source) {
    const std::lock_guard guard(lock_);
    banned_.insert(source.as_source());
  }
  void deny(const Address& source) {
    const std::lock_guard guard(lock_);
    denied_.insert(source);
  }
  [[nodiscard]] std::vector<std::string> calls() const {
    const std::lock_guard guard(lock_);
    return calls_;
  }
  [[nodiscard]] std::vector<Observation> observations() const {
    const std::lock_guard guard(lock_);
    return observations_;
  }
  /// Waits until `call` was made `times` times.
  [[nodiscard]] bool sees(const std::string& call, std::ptrdiff_t times = 1) const {
    std::unique_lock guard(lock_);
    return changed_.wait_for(guard, std::chrono::seconds(20), [&] {
      return std::count(calls_.begin(), calls_.end(), call) >= times;
    });
  }
  [[nodiscard]] std::ptrdiff_t count(const std::string& call) const {
    const std::lock_guard guard(lock_);
    return std::count(calls_.begin(), calls_.end(), call);
  }

 private:
  static ByteBudget bytes_of(const KeyTraffic& traffic) {
    return {.cost = traffic.byte_cost.load(), .burst_ns = traffic.byte_burst_ns.load()};
  }
  void note(std::string call) {
    const std::lock_guard guard(lock_);
    calls_.push_back(std::move(call));
    changed_.notify_all();
  }

  mutable std::mutex lock_;
  mutable std::condition_variable changed_;
  std::set<Address> banned_;
  std::set<Address> denied_;
  std::vector<std::string> calls_;
  std::vector<Observation> observations_;
};

}  // namespace sallyport::test
