// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

#include "agent/terminator/worker.hpp"

namespace sallyport {

/// One listening socket of a worker.
class Worker::Listener final : public Watcher {
 public:
  enum class Origin : std::uint8_t { kOwn, kPassed };

  Listener(Worker& owner, WorkerService& served, UniqueFd fd, Origin from)
      : worker(owner), service(served), watch(std::move(fd), this), origin(from) {}

  void on_ready(Watch&) noexcept override { worker.accept_all(*this); }

  Worker& worker;
  WorkerService& service;
  Watch watch;
  const Origin origin;
  bool is_paused = false;
};

}  // namespace sallyport
