// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <coroutine>
#include <limits>
#include <memory>

#include "agent/terminator/client_stream.hpp"
#include "agent/terminator/key_binding.hpp"
#include "agent/terminator/wake.hpp"
#include "agent/terminator/worker_context.hpp"

namespace sallyport {

using SessionHook = boost::intrusive::list_base_hook<boost::intrusive::tag<class AllSessions>>;

/// One client connection: its socket, its stream, what it read and has not used yet, its key and,
/// while a request runs, its upstream connection. Its coroutine waits in it, at one place at a
/// time.
///
/// Thread: its worker's. Lives until its coroutine has ended.
class Session final : public Buried, public Watcher, public KeyUser, public SessionHook {
 public:
  Session(WorkerContext& shared, WorkerService& served, UniqueFd fd, const Address& peer,
          std::uint16_t peer_port_be);

  WorkerContext& context;
  WorkerService& service;
  const Address peer_address;
  const Address source;         // peer_address.as_source()
  const std::string peer_text;  // for X-Forwarded-For
  Watch down;
  ClientStream stream;
  Buffer in;
  std::unique_ptr<UpstreamConnection> up;
  KeyBinding binding;
  BootNs valid_reported_at = 0;  // when kAllowed was last observed; 0: never
  Phase phase = Phase::kBusy;
  bool has_unread = false;  // answered before all of its request was read

  /// `co_await wait(…)` gives the Wake; sets no deadline.
  [[nodiscard]] auto wait(int interest) noexcept { return Wait{*this, interest}; }
  /// Lets the worker's other connections go first.
  [[nodiscard]] auto yield() noexcept { return Yield{*this}; }

  void set_timeout(std::chrono::milliseconds timeout) noexcept {
    deadline_ms_ = context.now_ms + static_cast<std::uint64_t>(timeout.count());
  }
  void clear_timeout() noexcept { deadline_ms_ = kNever; }

  /// Work that never waits is interrupted after so many steps.
  [[nodiscard]] bool is_greedy() noexcept { return ++steps_ >= kMostSteps; }

  /// Reads what is there into `in`.
  [[nodiscard]] Io read_more();

  // From the worker; each resumes the coroutine.
  void on_ready(Watch& watch) noexcept override;
  void on_tick() noexcept;  // its deadline may have passed
  void on_turn() noexcept;  // after a yield
  void end_if_idle() noexcept;
  /// Ends it with a reset; `ended` says what becomes of its binding.
  void cut(Ended ended) noexcept;
  void cut_for_key() noexcept override { cut(Ended::kCondemned); }

  [[nodiscard]] bool is_cut() const noexcept { return is_cut_; }
  /// Undoes the binding and closes both sockets; the coroutine's last act.
  void close() noexcept;

 private:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
  static constexpr unsigned kMostSteps = 64;

  struct Wait {
    Session& session;
    int interest;
    bool await_ready() const noexcept {
      return session.is_ended_ || (session.readiness() & interest) != 0;
    }
    void await_suspend(std::coroutine_handle<> waiter) const noexcept {
      session.suspend(waiter, interest);
    }
    Wake await_resume() const noexcept { return session.reason(); }
  };
  struct Yield : Wait {
    explicit Yield(Session& one) noexcept : Wait{one, 0} {}
    void await_suspend(std::coroutine_handle<> waiter) const {
      session.suspend(waiter, 0);
      session.is_yielding_ = true;
      session.context.yielding.push_back(&session);
    }
  };

  [[nodiscard]] int readiness() const noexcept {
    return down.ready() | (up ? up->watch.ready() << 3 : 0);
  }
  void suspend(std::coroutine_handle<> waiter, int interest) noexcept {
    waiter_ = waiter;
    interest_ = interest;
    steps_ = 0;
  }
  void resume() noexcept;
  [[nodiscard]] Wake reason() noexcept;

  std::coroutine_handle<> waiter_;
  int interest_ = 0;
  unsigned steps_ = 0;
  std::uint64_t deadline_ms_ = kNever;
  Ended ended_ = Ended::kClosed;
  bool is_timed_out_ = false;
  bool is_ended_ = false;  // no wait any more
  bool is_cut_ = false;
  bool is_yielding_ = false;
  bool has_released_ = false;  // OpenSSL's buffers, since it idles
};

}  // namespace sallyport
