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
    is_pausing_ = false;
    deadline_ms_ = context.now_ms + static_cast<std::uint64_t>(timeout.count());
  }
  /// Likewise, where to wait so long is what is meant, and nobody's fault.
  void set_pause(std::uint64_t ns) noexcept {
    set_timeout(std::chrono::milliseconds(ns / 1'000'000 + 1));
    is_pausing_ = true;
  }
  void clear_timeout() noexcept { deadline_ms_ = kNever; }

  // Each may resume the coroutine.
  void on_ready(Watch& watch) noexcept override;
  void on_turn() noexcept;

 protected:
  Waiter(WorkerContext& shared, UniqueFd fd) : context(shared), down(std::move(fd), this) {}
  ~Waiter();

  /// Resumes the coroutine when all events of this round are over, whatever it waits for.
  void ask_for_turn();
  /// No wait any more: the coroutine ends.
  void end() noexcept;
  [[nodiscard]] bool is_past_deadline() const noexcept { return context.now_ms >= deadline_ms_; }
  /// Whether the deadline has passed while something was waited for.
  [[nodiscard]] bool is_late() const noexcept { return waiter_ && is_past_deadline(); }
  [[nodiscard]] bool is_pausing() const noexcept { return is_pausing_; }
  /// The coroutine waits, and is told that it waited too long.
  void time_out() noexcept;

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
  void resume() noexcept;
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
  bool is_pausing_ = false;   // its deadline is the end of a pause
  bool is_yielding_ = false;  // its turn would resume it
  bool is_queued_ = false;    // it stands in `context.yielding`, whatever it waits for by now
};

}  // namespace sallyport
