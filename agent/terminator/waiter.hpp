// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <coroutine>
#include <limits>
#include <memory>

#include "agent/terminator/wake.hpp"
#include "agent/terminator/worker_context.hpp"

namespace sallyport {

/// Where one coroutine waits, at one place at a time: for the client's end (`down`), for the
/// upstream connection while there is one, for a deadline, for its turn, or for the end.
///
/// Thread: its worker's. Lives until its coroutine has ended, and until `Poller::reap` after that.
class Waiter : public Watcher {
 public:
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  WorkerContext& context;
  Watch down;
  std::unique_ptr<UpstreamConnection> up;

  /// `co_await wait(…)` gives the Wake; sets no deadline.
  [[nodiscard]] auto wait(int interest) noexcept { return Wait{*this, interest}; }
  /// Lets the worker's other connections go first.
  [[nodiscard]] auto yield() noexcept { return Yield{*this}; }
  /// Work that never waits is interrupted after so many steps.
  [[nodiscard]] bool is_greedy() noexcept { return ++steps_ >= kMostSteps; }

  void set_timeout(std::chrono::milliseconds timeout) noexcept {
    deadline_ms_ = context.now_ms + static_cast<std::uint64_t>(timeout.count());
  }

  // Each may resume the coroutine.
  void on_ready(Watch&) noexcept override {
    if (waiter_ && is_ready(interest_)) resume();
  }
  void on_turn() noexcept {
    is_queued_ = false;
    if (is_yielding_ && waiter_) resume();
  }

 protected:
  Waiter(WorkerContext& shared, UniqueFd fd) : context(shared), down(std::move(fd), this) {}
  ~Waiter() {
    if (is_queued_) std::erase(context.yielding, this);
  }

  /// Resumes the coroutine when all events of this round are over, whatever it waits for.
  void ask_for_turn() {
    is_yielding_ = true;
    if (!std::exchange(is_queued_, true)) context.yielding.push_back(this);
  }
  /// No wait any more: the coroutine ends.
  void end() noexcept {
    is_ended_ = true;
    if (waiter_) resume();
  }
  [[nodiscard]] bool is_ended() const noexcept { return is_ended_; }
  /// Whether the deadline has passed while something was waited for.
  [[nodiscard]] bool is_late() const noexcept {
    return context.now_ms >= deadline_ms_ && waiter_ != nullptr;
  }
  void time_out() noexcept {
    deadline_ms_ = kNever;
    is_timed_out_ = true;
    resume();
  }

 private:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
  static constexpr unsigned kMostSteps = 64;

  struct Wait {
    Waiter& self;
    int interest;
    bool await_ready() const noexcept { return self.is_ended_ || self.is_ready(interest); }
    void await_suspend(std::coroutine_handle<> waiter) const { self.suspend(waiter, interest); }
    Wake await_resume() const noexcept { return self.reason(); }
  };
  struct Yield : Wait {
    explicit Yield(Waiter& one) noexcept : Wait{one, 0} {}
    void await_suspend(std::coroutine_handle<> waiter) const {
      self.suspend(waiter, 0);
      self.ask_for_turn();
    }
  };

  [[nodiscard]] bool is_ready(int interest) const noexcept {
    return ((down.ready() | (up ? up->watch.ready() << 3 : 0)) & interest) != 0;
  }
  void suspend(std::coroutine_handle<> waiter, int interest) noexcept {
    waiter_ = waiter;
    interest_ = interest;
    steps_ = 0;
  }
  void resume() noexcept {
    is_yielding_ = false;
    std::exchange(waiter_, nullptr).resume();
  }
  [[nodiscard]] Wake reason() noexcept {
    if (is_ended_) return Wake::kEnd;
    return std::exchange(is_timed_out_, false) ? Wake::kTimedOut : Wake::kReady;
  }

  std::coroutine_handle<> waiter_;
  int interest_ = 0;
  unsigned steps_ = 0;
  std::uint64_t deadline_ms_ = kNever;
  bool is_timed_out_ = false;
  bool is_ended_ = false;
  bool is_yielding_ = false;  // its turn would resume it
  bool is_queued_ = false;    // it stands in `context.yielding`, whatever it waits for by now
};

}  // namespace sallyport
