// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "agent/terminator/poller.hpp"

namespace sallyport {

/// Jobs that other threads have for a worker. They run on its thread, in order.
class Inbox final : public Watcher {
 public:
  using Job = std::function<void()>;

  [[nodiscard]] static Result<UniqueFd> make_bell();
  explicit Inbox(UniqueFd bell) : bell_(std::move(bell), this) {}

  /// False with errno set. On the worker's thread or before it runs.
  [[nodiscard]] bool listen(Poller& poller) noexcept {
    return poller.add(bell_, Poller::Trigger::kLevelRead);
  }

  /// Any thread. False: closed, the job will not run.
  [[nodiscard]] bool post(Job job);

  /// Runs what is left and takes no more.
  void close();

  void on_ready(Watch& watch) noexcept override;

 private:
  void run_all();

  Watch bell_;
  std::mutex lock_;
  std::vector<Job> jobs_;   // under lock_
  bool is_closed_ = false;  // under lock_
};

}  // namespace sallyport
