// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <thread>

#include "agent/base/unique_fd.hpp"
#include "agent/datapath/event_ring.hpp"
#include "agent/sync/event_hub.hpp"

namespace sallyport {

/// A thread that carries events from the kernel's ring to the hub, from construction until
/// destruction. Sleeps while none come; in a flood it reads many at once, a few times a second.
class EventReader {
 public:
  /// Both must outlive it.
  EventReader(EventRing& ring, EventHub& hub);
  ~EventReader();
  EventReader(const EventReader&) = delete;
  EventReader& operator=(const EventReader&) = delete;

 private:
  void run();
  /// False: it is time to stop.
  [[nodiscard]] bool wait_for(int fd, int timeout_ms) const;

  EventRing& ring_;
  EventHub& hub_;
  UniqueFd stop_;
  std::thread thread_;
};

}  // namespace sallyport
