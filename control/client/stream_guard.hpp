// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

#include "agent/base/unique_fd.hpp"

namespace grpc {
class ClientContext;
}

namespace sallyport {

/// Ends a stream that has no end of its own: a call that waits for a row can be woken in no other
/// way than by being cancelled. A thread of its own, while it lives.
class StreamGuard {
 public:
  /// What ends it, whichever comes first.
  struct Ends {
    int stop = -1;                 // a descriptor that becomes readable; -1: none does
    std::chrono::seconds span{0};  // after so long; 0: never
  };

  StreamGuard(grpc::ClientContext& context, Ends ends);
  ~StreamGuard();
  StreamGuard(const StreamGuard&) = delete;
  StreamGuard& operator=(const StreamGuard&) = delete;

  /// Cancels now.
  void end();
  [[nodiscard]] bool has_ended() const noexcept { return ended_.load(); }

 private:
  grpc::ClientContext& context_;
  std::atomic<bool> ended_{false};
  UniqueFd over_;  // readable: the call has finished
  std::thread thread_;
};

}  // namespace sallyport
