// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "agent/base/address.hpp"
#include "agent/base/result.hpp"
#include "bpf/abi/event.h"
#include "bpf/abi/verdict.h"

namespace sallyport {

/// Which events somebody wants; what is not set is any.
struct EventFilter {
  std::optional<sp_verdict> verdict;
  std::optional<Address> source;  // IPv6: any of its /64
  std::optional<std::uint16_t> service_id;

  [[nodiscard]] bool matches(const sp_event& event) const noexcept;
};

/// One reader of events as they come. Its queue is bounded: what finds it full is dropped and
/// counted, and disturbs nobody else.
///
/// Thread safety: any thread.
class EventFollower {
 public:
  static constexpr std::size_t kQueue = 1024;

  explicit EventFollower(const EventFilter& filter) : filter_(filter) {}

  /// The next event, waited for at most so long; nullopt: none came, or it `is_over`.
  [[nodiscard]] std::optional<sp_event> next(std::chrono::milliseconds patience);
  /// The hub has closed and nothing is left to read.
  [[nodiscard]] bool is_over() const;
  /// Events it was too slow for.
  [[nodiscard]] std::uint64_t missed() const;

 private:
  friend class EventHub;
  bool offer(const sp_event& event);  // false: missed
  void close();

  const EventFilter filter_;
  mutable std::mutex lock_;
  std::condition_variable changed_;
  std::deque<sp_event> queue_;
  std::uint64_t missed_ = 0;
  bool closed_ = false;
};

/// Hands events to those who follow, and keeps the last ones for those who come later.
///
/// Thread safety: any thread.
class EventHub {
 public:
  static constexpr std::size_t kKept = 1024;
  static constexpr std::size_t kMostFollowers = 4;  // each holds a thread of the control API

  void publish(const sp_event& event);
  /// The last `most` (0: all) of the kept ones that match, oldest first.
  [[nodiscard]] std::vector<sp_event> recent(const EventFilter& filter, std::size_t most) const;
  /// Follows from now on, as long as the pointer lives. kFull: too many do; kUnavailable: closed.
  [[nodiscard]] Result<std::shared_ptr<EventFollower>> follow(const EventFilter& filter);
  /// Every follower comes to its end, and nobody can follow any more.
  void close();

  /// Events that followers were too slow for, in all.
  [[nodiscard]] std::uint64_t missed() const noexcept { return missed_.load(); }

 private:
  mutable std::mutex lock_;
  std::deque<sp_event> kept_;
  std::vector<std::weak_ptr<EventFollower>> followers_;
  bool closed_ = false;
  std::atomic<std::uint64_t> missed_{0};
};

}  // namespace sallyport
