// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agent/service/event_stream.hpp"

namespace sallyport::test {

/// A packet of a revoked key, on the wire as Ethernet, IPv4, TCP without options.
inline EventView some_event() {
  EventView event;
  event.time_ns = 1'800'000'000'123'456'789;
  event.verdict = "DROP_KEY_REVOKED";
  event.text = "connection of a revoked key";
  event.dropped = true;
  event.source = *Address::parse("192.0.2.7");
  event.source_port = 40000;
  event.local = *Address::parse("192.0.2.1");
  event.local_port = 443;
  event.protocol = "tcp";
  event.service = "api";
  event.key_id = "Xy12AbCd";
  event.slot = 5;
  event.generation = 9;
  event.interface = "eth0";
  event.length = 1514;
  event.headers = std::string("\x02\x00\xff", 3);
  return event;
}

/// Hands out the events it was given; then it ends, or waits as a stream does that follows.
class ScriptedEvents final : public EventStream {
 public:
  ScriptedEvents(std::vector<EventView> events, bool ends, std::atomic<bool>* stopping = nullptr)
      : events_(std::move(events)), ends_(ends), stopping_(stopping) {}

  Next next(EventView& out, std::chrono::milliseconds patience) override {
    if (at_ < events_.size()) {
      out = events_[at_++];
      return Next::kEvent;
    }
    if (ends_ || (stopping_ != nullptr && *stopping_)) return Next::kEnd;
    std::this_thread::sleep_for(patience);
    return Next::kNothing;
  }

 private:
  std::vector<EventView> events_;
  std::size_t at_ = 0;
  bool ends_;
  std::atomic<bool>* stopping_;
};

}  // namespace sallyport::test
