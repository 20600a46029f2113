// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/door_swap.hpp"

#include <net/if.h>
#include <unistd.h>

#include <utility>

#include "agent/datapath/dispatcher_attachment.hpp"
#include "agent/datapath/tc_attachment.hpp"
#include "agent/datapath/xdp_attachment.hpp"

namespace sallyport {
namespace {

bool is_there(const std::string& pin) {
  return access(pin.c_str(), F_OK) == 0;
}

}  // namespace

Result<void> DoorSwap::put(const std::string& interface, Attach how) {
  Place place{.attachment = {.name = interface, .attached = {}, .why = {}},
              .index = if_nametoindex(interface.c_str()),
              .pin = link_pin_of(pins_, interface),
              .earlier_pin = {},
              .way = Way::kNative,
              .outcome = {},
              .before = {},
              .member = 0,
              .is_bridged = false};
  if (place.index == 0) return no_such_interface(interface);
  if (auto moved = move_link(place); !moved) return moved;
  auto done = put_on(place, how);
  if (done) {
    places_.push_back(std::move(place));
  } else if (auto moved = move_link_back(place); !moved) {
    Failure both = done.error();
    both.message += "; " + to_string(moved.error());
    return both;
  }
  return done;
}

Result<void> DoorSwap::move_link(Place& place) {
  if (is_there(place.pin)) return {};
  for (const auto& pins : earlier_) {
    auto pin = link_pin_of(pins, place.attachment.name);
    if (!is_there(pin)) continue;
    if (auto moved = steps_.rename_pin(pin, place.pin); !moved) return moved;
    place.earlier_pin = std::move(pin);
    break;
  }
  return {};
}

Result<void> DoorSwap::move_link_back(const Place& place) {
  // A stale link, whose interface is gone, may have been removed.
  if (place.earlier_pin.empty() || !is_there(place.pin)) return {};
  return steps_.rename_pin(place.pin, place.earlier_pin);
}

Result<void> DoorSwap::put_on(Place& place, Attach how) {
  switch (how) {
    case Attach::kAuto:
      return put_auto(place);
    case Attach::kNative:
      return put_native(place);
    case Attach::kDispatcher:
      return put_dispatcher(place);
    case Attach::kTc:
      return put_tc(place, "the configuration asks for TC");
  }
  return failure(Errc::kInternal, "no such way of attaching");
}

Result<void> DoorSwap::put_auto(Place& place) {
  auto native = put_native(place);
  if (native || native.error().code == Errc::kDenied) return native;
  std::string why = native.error().message;
  if (native.error().code == Errc::kConflict) {
    auto joined = put_member(place, "libxdp's dispatcher was there");
    if (joined) return joined;
    const auto& error = joined.error();
    why = error.code == Errc::kConflict ? error.message : why + "; " + error.message;
  }
  return put_tc(place, std::move(why));
}

Result<void> DoorSwap::put_native(Place& place) {
  place.before = xdp_program_behind(place.pin);
  const auto done = steps_.attach_xdp(programs_.object.xdp_fd(), place.index, place.pin);
  if (!done) return done.error();
  place.attachment.attached = "native";
  place.way = Way::kNative;
  place.outcome = *done;
  return {};
}

Result<void> DoorSwap::put_member(Place& place, std::string why) {
  const auto member = steps_.attach_member(programs_.object, place.index, programs_.priority);
  if (!member) return member.error();
  place.attachment.attached = "dispatcher";
  place.attachment.why = std::move(why);
  place.way = Way::kDispatcher;
  place.outcome = AttachOutcome::kMade;
  place.member = *member;
  if (const auto members = members_on(place.index)) {
    const char* separator = "; it is shared with ";
    for (const auto& name : members->others) {
      place.attachment.why += std::exchange(separator, ", ") + name;
    }
  }
  return {};
}

Result<void> DoorSwap::put_dispatcher(Place& place) {
  const std::string why = "the configuration asks for it";
  place.before = xdp_program_behind(place.pin);
  auto joined = put_member(place, why);
  if (joined || joined.error().code != Errc::kConflict || !place.before) return joined;
  // What is in the way is our own link.
  if (auto done = bridge(place); !done) return done;
  joined = put_member(place, why);
  if (joined) return joined;
  Failure both = joined.error();
  if (auto back = put_link_back(place); !back) both.message += "; " + to_string(back.error());
  return both;
}

Result<void> DoorSwap::put_tc(Place& place, std::string why) {
  place.attachment.attached = "tc";
  place.attachment.why = std::move(why);
  place.way = Way::kTc;
  place.before = tc_program_on(place.index);
  const auto done = steps_.attach_tc(programs_.object.tc_fd(), place.index);
  if (!done) return done.error();
  place.outcome = *done;
  return {};
}

Result<void> DoorSwap::bridge(Place& place) {
  if (auto done = steps_.attach_tc(programs_.object.tc_fd(), place.index); !done) {
    return done.error();
  }
  place.is_bridged = true;
  const auto freed = steps_.detach_xdp(place.pin);
  if (freed) return {};
  (void)steps_.detach_tc(place.index);
  return freed.error();
}

Result<void> DoorSwap::put_link_back(const Place& place) {
  const auto back = steps_.attach_xdp(place.before.get(), place.index, place.pin);
  if (!back) return back.error();
  const auto removed = steps_.detach_tc(place.index);
  return removed ? Result<void>{} : removed.error();
}

std::vector<std::string> DoorSwap::finish() {
  std::vector<std::string> left;
  for (const auto& place : places_) {
    const auto done = take_off_others(place);
    if (done) continue;
    left.push_back("an earlier program of ours is still on " + place.attachment.name + ": " +
                   to_string(done.error()));
  }
  return left;
}

// Where our link is, no dispatcher can be.
Result<void> DoorSwap::take_off_others(const Place& place) {
  if (place.way != Way::kTc) {
    if (auto done = steps_.detach_tc(place.index); !done) return done.error();
  }
  if (place.way == Way::kNative) return {};
  if (auto done = steps_.detach_xdp(place.pin); !done) return done.error();
  const auto done = steps_.detach_other_members(place.index, place.member);
  return done ? Result<void>{} : done.error();
}

std::vector<std::string> DoorSwap::undo() {
  std::vector<std::string> left;
  for (; !places_.empty(); places_.pop_back()) {
    const auto& place = places_.back();
    auto done = restore(place);
    if (done) done = move_link_back(place);
    if (!done) {
      left.push_back("interface " + place.attachment.name +
                     " was not put back as it was: " + to_string(done.error()));
    }
  }
  return left;
}

Result<void> DoorSwap::restore(const Place& place) {
  if (place.outcome == AttachOutcome::kMade) {
    const auto removed = take_off(place);
    if (!removed) return removed.error();
    return place.is_bridged ? put_link_back(place) : Result<void>{};
  }
  if (!place.before) {
    return failure(Errc::kDenied, "its earlier program could not be opened",
                   "that takes CAP_SYS_ADMIN");
  }
  const auto restored = place.way == Way::kNative
                            ? steps_.attach_xdp(place.before.get(), place.index, place.pin)
                            : steps_.attach_tc(place.before.get(), place.index);
  return restored ? Result<void>{} : restored.error();
}

Result<bool> DoorSwap::take_off(const Place& place) {
  switch (place.way) {
    case Way::kNative:
      return steps_.detach_xdp(place.pin);
    case Way::kDispatcher:
      return steps_.detach_member(place.index, place.member);
    case Way::kTc:
      break;
  }
  return steps_.detach_tc(place.index);
}

std::vector<Attachment> DoorSwap::attachments() const {
  std::vector<Attachment> attachments;
  for (const auto& place : places_) attachments.push_back(place.attachment);
  return attachments;
}

}  // namespace sallyport
