// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "agent/base/result.hpp"
#include "agent/datapath/bpf_object.hpp"
#include "bpf/abi/event.h"

struct ring_buffer;

namespace sallyport {

/// The reading end of the kernel's ring of events. What was not read by an agent that is gone is
/// read by the next.
///
/// Thread safety: `consume` from one thread at a time; `lost` from any.
class EventRing {
 public:
  using Visit = std::function<void(const sp_event& event)>;

  [[nodiscard]] static Result<std::unique_ptr<EventRing>> open(const BpfObject& object);
  ~EventRing();
  EventRing(const EventRing&) = delete;
  EventRing& operator=(const EventRing&) = delete;

  /// Readable when the ring has gone from empty to something; owned by the ring.
  [[nodiscard]] int fd() const noexcept;
  /// Takes out what is there, a bounded number, since a flood refills it meanwhile. `visit` must
  /// not throw.
  Result<void> consume(const Visit& visit);
  /// Events that found the ring full, since the maps were made.
  [[nodiscard]] Result<std::uint64_t> lost() const;

 private:
  explicit EventRing(int losses_fd) : losses_fd_(losses_fd) {}
  static int on_record(void* self, void* data, std::size_t size);

  ring_buffer* ring_ = nullptr;
  int losses_fd_;
  const Visit* visit_ = nullptr;  // while consume runs
  unsigned left_ = 0;             // events that it may still take
};

}  // namespace sallyport
