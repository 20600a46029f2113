// SPDX-License-Identifier: Apache-2.0
#include "agent/app/event_reader.hpp"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace sallyport {
namespace {

// The kernel wakes a reader that has caught up: so long is a flood gathered, at the cost of a
// follower seeing an event so much later.
constexpr int kGatherMs = 20;

}  // namespace

EventReader::EventReader(EventRing& ring, EventHub& hub)
    : ring_(ring), hub_(hub), stop_(eventfd(0, EFD_CLOEXEC)), thread_([this] { run(); }) {}

EventReader::~EventReader() {
  const std::uint64_t one = 1;
  (void)!write(stop_.get(), &one, sizeof one);
  thread_.join();
}

void EventReader::run() {
  const EventRing::Visit publish = [this](const sp_event& event) { hub_.publish(event); };
  while (wait_for(ring_.fd(), -1)) {
    if (auto done = ring_.consume(publish); !done) {
      spdlog::error("events are not shown any more: {}", to_string(done.error()));
      return;
    }
    if (!wait_for(-1, kGatherMs)) return;
  }
}

bool EventReader::wait_for(int fd, int timeout_ms) const {
  pollfd fds[] = {{stop_.get(), POLLIN, 0}, {fd, POLLIN, 0}};
  (void)poll(fds, 2, timeout_ms);  // interrupted: looks into an empty ring, no more
  return (fds[0].revents & POLLIN) == 0;
}

}  // namespace sallyport
