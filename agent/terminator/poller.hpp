// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/unique_fd.hpp"

namespace sallyport {

class Watch;

/// Hears what a `Watch` learnt. On the poller's thread.
class Watcher {
 public:
  virtual void on_ready(Watch& watch) noexcept = 0;

 protected:
  ~Watcher() = default;
};

/// What is known of a descriptor's readiness. Edge-triggered: registered once for the life of the
/// descriptor, so that a wait costs no system call. Owns the descriptor. Address-stable while
/// registered, and until `Poller::reap` after it was closed.
class Watch {
 public:
  enum Ready : std::uint8_t {
    kReadable = 1,
    kWritable = 2,
    kGone = 4,  // the peer has closed, or the connection broke; stays
  };

  explicit Watch(UniqueFd fd = {}, Watcher* watcher = nullptr) noexcept
      : fd_(std::move(fd)), watcher_(watcher) {}
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] std::uint8_t ready() const noexcept { return ready_; }
  [[nodiscard]] bool is_ready(Ready what) const noexcept { return (ready_ & what) != 0; }

  /// EAGAIN was seen.
  void exhaust(Ready what) noexcept { ready_ = static_cast<std::uint8_t>(ready_ & ~what); }
  /// A read gave less than asked for, so that nothing is left; saves the read that says EAGAIN.
  void exhaust_read() noexcept {
    if (!is_ready(kGone)) exhaust(kReadable);
  }
  void add(std::uint8_t ready) noexcept { ready_ = static_cast<std::uint8_t>(ready_ | ready); }

  void set_watcher(Watcher* watcher) noexcept { watcher_ = watcher; }
  /// Closes the descriptor; nothing is heard of it any more.
  void close() noexcept {
    watcher_ = nullptr;
    fd_.reset();
  }

 private:
  friend class Poller;

  UniqueFd fd_;
  std::uint8_t ready_ = 0;
  Watcher* watcher_;
};

/// Something that events already fetched may still point to when it ends.
class Buried {
 public:
  virtual ~Buried() = default;
};

/// The readiness of all descriptors of one worker. One thread.
class Poller {
 public:
  enum class Trigger : std::uint8_t { kEdge, kLevelRead };

  [[nodiscard]] static Result<Poller> open();

  /// False with errno set. A new watch counts as writable.
  [[nodiscard]] bool add(Watch& watch, Trigger trigger = Trigger::kEdge) noexcept;
  /// For one added as kLevelRead: whether it is listened to.
  void set_paused(Watch& watch, bool is_paused) noexcept;

  /// Waits until something happens; `dispatch` then tells the watchers.
  void wait(int timeout_ms) noexcept;
  void dispatch() noexcept;

  /// Keeps what has ended until `reap`, which is called when no event points to it any more.
  void bury(std::unique_ptr<Buried> ended) { buried_.push_back(std::move(ended)); }
  void reap() noexcept { buried_.clear(); }

 private:
  explicit Poller(UniqueFd epoll) noexcept : epoll_(std::move(epoll)) {}

  static constexpr std::size_t kBatch = 128;

  UniqueFd epoll_;
  std::array<epoll_event, kBatch> events_{};
  std::size_t fetched_ = 0;
  std::vector<std::unique_ptr<Buried>> buried_;
};

}  // namespace sallyport
