// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/outer_door.hpp"

#include <net/if.h>
#include <unistd.h>

#include <utility>

#include "agent/datapath/carry_over.hpp"
#include "agent/datapath/dispatcher_attachment.hpp"
#include "agent/datapath/leftovers.hpp"
#include "agent/datapath/qdisc.hpp"
#include "agent/datapath/tc_attachment.hpp"
#include "agent/datapath/xdp_attachment.hpp"

namespace sallyport {
namespace {

Failure on_interface(const std::string& name, Failure failure) {
  failure.message = "interface " + name + ": " + failure.message;
  return failure;
}

/// Finished and not, the newest version first.
std::vector<PinDirectory> every_pins_in(const std::string& root) {
  std::vector<PinDirectory> every;
  for (const unsigned version : versions_in(root)) {
    every.push_back(pin_directory_of(root, version));
    every.push_back(unfinished_pins_of(root, version));
  }
  return every;
}

std::vector<PinDirectory> earlier_pins_in(const std::string& root) {
  std::vector<PinDirectory> earlier;
  for (const unsigned version : versions_in(root)) {
    if (version >= SP_ABI_VERSION) continue;
    earlier.push_back(pin_directory_of(root, version));
    earlier.push_back(unfinished_pins_of(root, version));
  }
  return earlier;
}

}  // namespace

Result<std::unique_ptr<OuterDoor>> OuterDoor::open(const OuterDoorConfig& config) {
  for (const auto& name : config.interfaces) {
    if (if_nametoindex(name.c_str()) == 0) return no_such_interface(name);
  }
  auto plan = plan_pins(config.pin_directory);
  if (!plan) return plan.error();
  UnfinishedPins unfinished = plan->is_new ? UnfinishedPins(plan->tables) : UnfinishedPins{};
  std::vector<std::string> notes;
  if (!plan->note.empty()) notes.push_back(plan->note);
  auto object = BpfObject::load_pinned({.connections = config.max_connections,
                                        .sources = config.max_sources,
                                        .key_slots = config.max_key_slots,
                                        .denied_keys = config.max_denied_keys,
                                        .event_ring_bytes = config.events.ring_bytes},
                                       *plan, notes);
  if (!object) return object.error();
  if (plan->earlier) {
    if (auto done = carry_control(*plan->earlier, *object); !done) return done.error();
  }
  auto tables = KernelTables::open(*object);
  if (!tables) return tables.error();
  auto events = EventRing::open(*object);
  if (!events) return events.error();
  if (auto done = (*tables)->sample(config.events.sample, config.events.sample_passes); !done) {
    return done.error();
  }

  std::unique_ptr<OuterDoor> door(
      new OuterDoor(config, std::move(plan->earlier), std::move(unfinished), std::move(*object)));
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
  if (auto done = put_tables_in_force(steps); !done) return done;
  DoorSwap swap(steps, {.object = object_, .priority = config_.priority},
                pin_directory_of(config_.pin_directory), earlier_pins_in(config_.pin_directory));
  for (const auto& name : config_.interfaces) {
    const auto done = swap.put(name, config_.attach);
    if (!done) return give_up(steps, swap, on_interface(name, done.error()));
  }
  unfinished_.keep();
  for (auto& left : swap.finish()) notes_.push_back(std::move(left));
  for (auto& removed : detach_leftovers(config_, pin_directory_of(config_.pin_directory))) {
    notes_.push_back("removed " + removed);
  }
  remove_earlier(steps);
  attachments_ = swap.attachments();
  for (const auto& name : config_.interfaces) put_egress(name);
  return {};
}

// Without it nothing is let through that should not be: what it can't do is a note.
void OuterDoor::put_egress(const std::string& interface) {
  const unsigned index = if_nametoindex(interface.c_str());
  const auto note = [&](const std::string& text) {
    notes_.push_back("interface " + interface + ": " + text);
  };
  if (!config_.egress) {
    const auto removed = detach_tc(index, TcHook::kEgress);
    if (!removed) note(to_string(removed.error()));
    return;
  }
  const auto attached = attach_tc(object_.egress_fd(), index, TcHook::kEgress);
  if (!attached) {
    note("what keys are sent is neither counted nor limited: " + to_string(attached.error()));
  } else if (!departs_by_fq(index)) {
    note("limits on what keys are sent have no effect without the fq qdisc: tc qdisc replace dev " +
         interface + " root fq");
  }
}

Result<void> OuterDoor::put_tables_in_force(DoorSteps& steps) {
  if (!unfinished_.is_there()) return {};
  if (earlier_) {
    if (auto done = carry_counters(*earlier_, object_); !done) {
      notes_.push_back("the counters begin anew: " + to_string(done.error()));
    }
  }
  return steps.rename_pin(unfinished_.path(), pin_directory_of(config_.pin_directory).path);
}

Failure OuterDoor::give_up(DoorSteps& steps, DoorSwap& swap, Failure why) {
  for (const auto& left : swap.undo()) why.message += "; " + left;
  if (!unfinished_.is_there()) return why;
  const auto ours = pin_directory_of(config_.pin_directory).path;
  if (auto done = steps.rename_pin(ours, unfinished_.path()); !done) {
    why.message += "; " + to_string(done.error());
  }
  return why;
}

void OuterDoor::remove_earlier(DoorSteps& steps) {
  for (const auto& pins : earlier_pins_in(config_.pin_directory)) {
    for (auto& removed : detach_leftovers(config_, pins)) notes_.push_back("removed " + removed);
    const auto removed = steps.remove_pins(pins);
    if (!removed) {
      notes_.push_back(to_string(removed.error()));
    } else if (!removed->empty()) {
      notes_.push_back("took over from the outer door pinned in " + pins.path +
                       ", whose pins are removed");
    }
  }
}

Result<std::vector<std::string>> OuterDoor::detach(const OuterDoorConfig& config) {
  std::vector<std::string> removed;
  const auto every = every_pins_in(config.pin_directory);
  for (const auto& name : config.interfaces) {
    for (const auto& pins : every) {
      auto xdp = detach_xdp(link_pin_of(pins, name));
      if (!xdp) return on_interface(name, xdp.error());
      if (*xdp) removed.push_back("XDP program from " + name);
    }
    const unsigned index = if_nametoindex(name.c_str());
    if (index == 0) continue;
    auto members = detach_other_members(index, 0);
    if (!members) return on_interface(name, members.error());
    if (*members) removed.push_back("XDP program from the dispatcher on " + name);
    for (const TcHook where : {TcHook::kIngress, TcHook::kEgress}) {
      auto tc = detach_tc(index, where);
      if (!tc) return on_interface(name, tc.error());
      if (*tc) removed.push_back("TC filter from " + name);
    }
  }
  for (const auto& pins : every) {
    for (auto& leftover : detach_leftovers(config, pins)) removed.push_back(std::move(leftover));
    auto pinned = remove_pins(pins);
    if (!pinned) return pinned.error();
    removed.insert(removed.end(), pinned->begin(), pinned->end());
  }
  (void)rmdir(config.pin_directory.c_str());  // unless others have come to use it
  return removed;
}

}  // namespace sallyport
