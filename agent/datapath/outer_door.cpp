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

Failure no_interface(const std::string& name) {
  return failure(Errc::kNotFound, "network interface does not exist: " + name,
                 "`ip link` lists those that do; name it under outer_door.interfaces");
}

Failure on_interface(const std::string& name, Failure failure) {
  failure.message = "interface " + name + ": " + failure.message;
  return failure;
}

}  // namespace

Result<std::unique_ptr<OuterDoor>> OuterDoor::open(const OuterDoorConfig& config) {
  for (const auto& name : config.interfaces) {
    if (if_nametoindex(name.c_str()) == 0) return no_interface(name);
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

  std::unique_ptr<OuterDoor> door(new OuterDoor(std::move(*object)));
  door->tables_ = std::move(*tables);
  door->events_ = std::move(*events);
  door->notes_ = std::move(notes);
  if (const auto& warnings = door->object_.warnings(); !warnings.empty()) {
    door->notes_.push_back("the kernel took the programs with a warning: " + warnings);
  }
  for (auto& removed : detach_leftovers(config)) door->notes_.push_back("removed " + removed);
  if (auto done = door->attach_all(config, *pins); !done) return done.error();
  return door;
}

Result<void> OuterDoor::attach_all(const OuterDoorConfig& config, const PinDirectory& pins) {
  for (const auto& name : config.interfaces) {
    auto done = attach(name, config.attach, link_pin_of(pins, name));
    if (done) continue;
    for (const auto& attachment : attachments_) {
      if (attachment.outcome != AttachOutcome::kMade) continue;
      (void)detach_xdp(link_pin_of(pins, attachment.name));
      (void)detach_tc(if_nametoindex(attachment.name.c_str()));
    }
    return on_interface(name, done.error());
  }
  return {};
}

Result<void> OuterDoor::attach(const std::string& interface, Attach how, const std::string& pin) {
  const unsigned index = if_nametoindex(interface.c_str());
  if (index == 0) return no_interface(interface);
  Attachment attachment{.name = interface, .attached = "native", .why = {}, .outcome = {}};

  if (how != Attach::kTc) {
    auto native = attach_xdp(object_.xdp_fd(), index, pin);
    if (native) {
      // An earlier agent may have been on TC here: once is enough.
      const auto was_tc = detach_tc(index);
      attachment.outcome = was_tc && *was_tc ? AttachOutcome::kTakenOver : *native;
      attachments_.push_back(std::move(attachment));
      return {};
    }
    if (how == Attach::kNative || native.error().code == Errc::kDenied) return native.error();
    attachment.why = native.error().message;
  } else {
    attachment.why = "the configuration asks for TC";
  }
  const auto tc = attach_tc(object_.tc_fd(), index);
  if (!tc) return tc.error();
  const auto was_xdp = detach_xdp(pin);
  attachment.attached = "tc";
  attachment.outcome = was_xdp && *was_xdp ? AttachOutcome::kTakenOver : *tc;
  attachments_.push_back(std::move(attachment));
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
