// SPDX-License-Identifier: Apache-2.0
#pragma once

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

  void advance(Revision revision);
  /// Nobody waits any more.
  void close();
  /// For a revision after `seen`, at most so long.
  [[nodiscard]] Waited wait_beyond(Revision seen, std::chrono::milliseconds patience);

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  Revision revision_ = 0;
  bool closed_ = false;
};

}  // namespace sallyport
