// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>

#include "agent/terminator/terminator.hpp"

namespace sallyport {

/// Written by one worker, read by any thread.
class Counter {
 public:
  void operator++() noexcept { set(get() + 1); }
  void operator--() noexcept { set(get() - 1); }
  [[nodiscard]] std::uint64_t get() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  // No read-modify-write: there is one writer.
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }

  std::atomic<std::uint64_t> value_{0};
};

/// One worker's share of `TerminatorCounters`.
struct WorkerCounters {
  Counter connections;
  Counter connections_open;
  Counter denied;
  Counter banned;
  Counter paced;
  Counter accept_pauses;
  Counter handshake_failures;
  Counter bad_requests;
  Counter timeouts;
  Counter upstream_failures;
  Counter floods;
  Counter tunnels;
  Counter cut;
  std::array<Counter, static_cast<std::size_t>(CheckCode::kCount)> checks;

  [[nodiscard]] Counter& of(CheckCode code) noexcept {
    return checks[static_cast<std::size_t>(code)];
  }
  void add_to(TerminatorCounters& sum) const noexcept {
    sum.connections += connections.get();
    sum.connections_open += connections_open.get();
    sum.denied += denied.get();
    sum.banned += banned.get();
    sum.paced += paced.get();
    sum.accept_pauses += accept_pauses.get();
    sum.handshake_failures += handshake_failures.get();
    sum.bad_requests += bad_requests.get();
    sum.timeouts += timeouts.get();
    sum.upstream_failures += upstream_failures.get();
    sum.floods += floods.get();
    sum.tunnels += tunnels.get();
    sum.cut += cut.get();
    for (std::size_t i = 0; i < checks.size(); ++i) sum.checks[i] += checks[i].get();
  }
};

}  // namespace sallyport
