// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/event_ring.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <vector>

#include "sallyport.skel.h"

namespace sallyport {
namespace {

constexpr unsigned kMostAtOnce = 8192;
constexpr int kEnough = -ECANCELED;  // from the callback: libbpf stops after this record

}  // namespace

Result<std::unique_ptr<EventRing>> EventRing::open(const BpfObject& object) {
  const auto& maps = object.skeleton().maps;
  std::unique_ptr<EventRing> events(new EventRing(bpf_map__fd(maps.sp_event_losses)));
  events->ring_ =
      ring_buffer__new(bpf_map__fd(maps.sp_events), &EventRing::on_record, events.get(), nullptr);
  if (events->ring_ == nullptr) return system_failure(errno, "mapping the kernel's ring sp_events");
  return events;
}

EventRing::~EventRing() {
  ring_buffer__free(ring_);
}

int EventRing::fd() const noexcept {
  return ring_buffer__epoll_fd(ring_);
}

Result<void> EventRing::consume(const Visit& visit) {
  visit_ = &visit;
  left_ = kMostAtOnce;
  const int done = ring_buffer__consume(ring_);
  visit_ = nullptr;
  if (done < 0 && done != kEnough)
    return system_failure(-done, "reading the kernel's ring sp_events");
  return {};
}

Result<std::uint64_t> EventRing::lost() const {
  const int cpus = libbpf_num_possible_cpus();
  if (cpus < 1) return system_failure(-cpus, "counting CPUs");
  std::vector<std::uint64_t> per_cpu(static_cast<std::size_t>(cpus));
  const __u32 zero = 0;
  if (bpf_map_lookup_elem(losses_fd_, &zero, per_cpu.data()) != 0) {
    return system_failure(errno, "kernel map sp_event_losses");
  }
  std::uint64_t sum = 0;
  for (const auto part : per_cpu) sum += part;
  return sum;
}

int EventRing::on_record(void* self, void* data, std::size_t size) {
  auto& events = *static_cast<EventRing*>(self);
  if (size >= sizeof(sp_event)) (*events.visit_)(*static_cast<const sp_event*>(data));
  return --events.left_ == 0 ? kEnough : 0;
}

}  // namespace sallyport
