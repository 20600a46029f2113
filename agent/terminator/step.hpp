// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/terminator/socket_io.hpp"
#include "agent/terminator/wake.hpp"

namespace sallyport {

/// How a step of talking to a peer ended.
enum class Step : std::uint8_t {
  kDone,
  kGone,      // the peer ended it or it broke: nothing more can be said
  kTimedOut,  // the peer was too slow
  kEnd,       // what takes the step is to end (Wake::kEnd)
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

/// What to wait for, for an operation on the client's end that wants to.
[[nodiscard]] constexpr int interest_of(Io io) noexcept {
  return io == Io::kWantWrite ? kDownWrite : kDownRead;
}

}  // namespace sallyport
