// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/terminator/poller.hpp"

namespace sallyport {

/// Why a connection's coroutine goes on.
enum class Wake : std::uint8_t {
  kReady,
  kTimedOut,  // the deadline passed; it is disarmed
  kEnd,       // cut, or nothing more is to begin: end without another wait
};

/// What a connection waits for; bits.
enum Interest : std::uint8_t {
  kDownRead = Watch::kReadable,
  kDownWrite = Watch::kWritable,
  kDownGone = Watch::kGone,
  kUpRead = Watch::kReadable << 3,
  kUpWrite = Watch::kWritable << 3,
};

/// What its deadline and a drain mean for a connection.
enum class Phase : std::uint8_t {
  kBusy,
  kIdle,     // between requests: may be ended at any time
  kTunnel,   // bytes go both ways as they come, until a side ends
  kLeaving,  // answered for the last time; waits for the client to hear it
};

}  // namespace sallyport
