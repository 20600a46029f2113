// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string_view>

#include "agent/terminator/session.hpp"
#include "agent/terminator/task.hpp"

namespace sallyport {

/// How a step of talking to a peer ended.
enum class Step : std::uint8_t {
  kDone,
  kGone,      // the peer ended it or it broke: nothing more can be said
  kTimedOut,  // the peer was too slow
  kEnd,       // the session is to end (Wake::kEnd)
};

[[nodiscard]] constexpr Step step_of(Wake wake) noexcept {
  switch (wake) {
    case Wake::kReady:
      return Step::kDone;
    case Wake::kTimedOut:
      return Step::kTimedOut;
    case Wake::kEnd:
      break;
  }
  return Step::kEnd;
}

/// Each arms the session's deadline with `timeout` when it has to wait, and not again for what
/// else the same call waits for.

[[nodiscard]] Task<Step> shake_hands(Session& session, std::chrono::milliseconds timeout);

/// Reads at least one byte into `session.in`. Its deadline is the caller's.
[[nodiscard]] Task<Step> fill(Session& session);

/// Sends all of `bytes`, which may end with the first wait (the context's scratch).
[[nodiscard]] Task<Step> send(Session& session, std::string_view bytes);

/// Waits so long, in steps of the worker's tick; kGone when the client leaves meanwhile.
[[nodiscard]] Task<Step> wait_out(Session& session, std::uint64_t ns);

/// Ends a connection in good order, without leaving the peer's last bytes unread where that would
/// reset the connection before it has read our answer.
[[nodiscard]] Task<void> say_goodbye(Session& session);

}  // namespace sallyport
