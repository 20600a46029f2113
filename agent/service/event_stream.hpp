// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "agent/base/address.hpp"

namespace sallyport {

/// Which events are wanted; empty is any.
struct EventQuery {
  std::string verdict;
  std::string source;
  std::string service;
  bool follow = false;     // as they come; else the last ones that the agent kept
  std::uint32_t most = 0;  // 0: no limit
};

/// One judged packet as an operator sees it.
struct EventView {
  std::uint64_t time_ns = 0;  // since 1970
  std::string verdict;        // "DROP_KEY_REVOKED"
  std::string text;
  bool dropped = false;  // false on a DROP_*: it was only observed
  Address source;
  std::uint16_t source_port = 0;  // host byte order, as all here
  Address local;
  std::uint16_t local_port = 0;
  std::string protocol;
  std::string service;
  std::string key_id;  // empty: no key had a part in it, or nobody knows it any more
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  // 0: no slot judged
  std::string interface;
  std::uint32_t length = 0;  // of the frame
  std::string headers;       // the frame's first bytes, no payload
  std::uint64_t missed = 0;  // events that this stream was too slow for until now
};

/// Events, one after the other. Confined to the thread that reads it.
class EventStream {
 public:
  enum class Next { kEvent, kNothing, kEnd };

  virtual ~EventStream() = default;
  /// Waits at most so long.
  virtual Next next(EventView& out, std::chrono::milliseconds patience) = 0;
};

}  // namespace sallyport
