// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include <boost/lockfree/spsc_queue.hpp>

#include "agent/offenders/observation.hpp"

namespace sallyport {

/// One worker's observations on their way to the control strand. Bounded: when it is full the
/// observation is dropped and counted; the refusal itself has been answered already.
///
/// Thread safety: one pushing worker, one draining control strand.
class ObservationQueue {
 public:
  /// Whether the reader must be woken: it is true for the first push after a drain.
  [[nodiscard]] bool push(const Observation& observation) noexcept {
    if (!queue_.push(observation)) lost_.fetch_add(1, std::memory_order_relaxed);
    return !pending_.exchange(true, std::memory_order_acq_rel);
  }

  template <class Visit>
  void drain(Visit&& visit) {
    pending_.store(false, std::memory_order_release);
    queue_.consume_all(visit);
  }

  [[nodiscard]] std::uint64_t lost() const noexcept {
    return lost_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::size_t kCapacity = 4096;

  boost::lockfree::spsc_queue<Observation, boost::lockfree::capacity<kCapacity>> queue_;
  std::atomic<bool> pending_{false};
  std::atomic<std::uint64_t> lost_{0};
};

}  // namespace sallyport
