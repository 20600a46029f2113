// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "agent/registry/model.hpp"

namespace sallyport {

/// Wakes those who wait for a revision, once it is acknowledged: kernel and terminator have it.
///
/// Thread safety: any thread.
class RevisionClock {
 public:
  enum class Waited { kNews, kNothing, kClosed };

  /// The store has it; kernel and terminator are to follow.
  void commit(Revision revision) noexcept { committed_.store(revision); }
  void advance(Revision revision);
  /// How many revisions the store is ahead of what is acknowledged.
  [[nodiscard]] Revision lag();
  /// Nobody waits any more.
  void close();
  /// For a revision after `seen`, at most so long.
  [[nodiscard]] Waited wait_beyond(Revision seen, std::chrono::milliseconds patience);

 private:
  std::atomic<Revision> committed_{0};
  std::mutex lock_;
  std::condition_variable changed_;
  Revision revision_ = 0;
  bool closed_ = false;
};

}  // namespace sallyport
