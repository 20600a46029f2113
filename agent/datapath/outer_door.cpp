// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/outer_door.hpp"

#include <net/if.h>

#include <utility>

#include "agent/datapath/leftovers.hpp"
#include "agent/datapath/pin_directory.hpp"
#include "agent/datapath/tc_attachment.hpp"
#include "agent/datapath/xdp_attachment.hpp"

namespace sallyport {
namespace {

Failure on_interface(const std::string& name, Failure failure) {
  failure.message = "interface " + name + ": " + failure.message;
  return failure;
}

}  // namespace

Result<std::unique_ptr<OuterDoor>> OuterDoor::open(const OuterDoorConfig& config) {
  for (const auto& name : config.interfaces) {
    if (if_nametoindex(name.c_str()) == 0) return no_such_interface(name);
  }
  std::vector<std::string> notes;
  auto pins = make_pin_directory(config.pin_directory, notes);
  if (!pins) return pins.error();
  auto object = BpfObject::load_pinned({.connections = config.max_connections,
                                        .sources = config.max_sources,
                                        .key_slots = config.max_key_slots,
                                        .event_ring_bytes = config.events.ring_bytes},
                                       pins->maps, notes);
  if (!object) return object.error();
  auto tables = KernelTables::open(*object);
  if (!tables) return tables.error();
  auto events = EventRing::open(*object);
  if (!events) return events.error();
  if (auto done = (*tables)->sample(config.events.sample, config.events.sample_passes); !done) {
    return done.error();
  }

  std::unique_ptr<OuterDoor> door(new OuterDoor(config, std::move(*pins), std::move(*object)));
  door->tables_ = std::move(*tables);
  door->events_ = std::move(*events);
  door->notes_ = std::move(notes);
  if (const auto& warnings = door->object_.warnings(); !warnings.empty()) {
    door->notes_.push_back("the kernel took the programs with a warning: " + warnings);
  }
  return door;
}

Result<void> OuterDoor::attach() {
  DoorSteps steps;
  return attach(steps);
}

Result<void> OuterDoor::attach(DoorSteps& steps) {
  DoorSwap swap(steps, {.xdp_fd = object_.xdp_fd(), .tc_fd = object_.tc_fd()}, pins_);
  for (const auto& name : config_.interfaces) {
    const auto done = swap.put(name, config_.attach);
    if (done) continue;
    Failure failed = on_interface(name, done.error());
    for (const auto& left : swap.undo()) failed.message += "; " + left;
    return failed;
  }
  for (auto& left : swap.finish()) notes_.push_back(std::move(left));
  for (auto& removed : detach_leftovers(config_)) notes_.push_back("removed " + removed);
  attachments_ = swap.attachments();
  return {};
}

Result<std::vector<std::string>> OuterDoor::detach(const OuterDoorConfig& config) {
  std::vector<std::string> removed;
  const auto pins = pin_directory_of(config.pin_directory);
  for (const auto& name : config.interfaces) {
    auto xdp = detach_xdp(link_pin_of(pins, name));
    if (!xdp) return on_interface(name, xdp.error());
    if (*xdp) removed.push_back("XDP program from " + name);
    const unsigned index = if_nametoindex(name.c_str());
    if (index == 0) continue;
    auto tc = detach_tc(index);
    if (!tc) return on_interface(name, tc.error());
    if (*tc) removed.push_back("TC filter from " + name);
  }
  for (auto& leftover : detach_leftovers(config)) removed.push_back(std::move(leftover));
  auto pinned = remove_pins(config.pin_directory);
  if (!pinned) return pinned.error();
  removed.insert(removed.end(), pinned->begin(), pinned->end());
  return removed;
}

}  // namespace sallyport
