// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/door_swap.hpp"

#include <net/if.h>
#include <unistd.h>

#include <utility>

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
              .is_native = true,
              .outcome = {},
              .before = {}};
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
  if (how == Attach::kTc) return put_tc(place, "the configuration asks for TC");
  place.before = xdp_program_behind(place.pin);
  const auto native = steps_.attach_xdp(programs_.xdp_fd, place.index, place.pin);
  if (!native) {
    if (how == Attach::kNative || native.error().code == Errc::kDenied) return native.error();
    return put_tc(place, native.error().message);
  }
  place.attachment.attached = "native";
  place.outcome = *native;
  return {};
}

Result<void> DoorSwap::put_tc(Place& place, std::string why) {
  place.attachment.attached = "tc";
  place.attachment.why = std::move(why);
  place.is_native = false;
  place.before = tc_program_on(place.index);
  const auto done = steps_.attach_tc(programs_.tc_fd, place.index);
  if (!done) return done.error();
  place.outcome = *done;
  return {};
}

std::vector<std::string> DoorSwap::finish() {
  std::vector<std::string> left;
  for (const auto& place : places_) {
    const auto other =
        place.is_native ? steps_.detach_tc(place.index) : steps_.detach_xdp(place.pin);
    if (other) continue;
    left.push_back("an earlier program of ours is still on " + place.attachment.name + ": " +
                   to_string(other.error()));
  }
  return left;
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
    const auto removed =
        place.is_native ? steps_.detach_xdp(place.pin) : steps_.detach_tc(place.index);
    return removed ? Result<void>{} : removed.error();
  }
  if (!place.before) {
    return failure(Errc::kDenied, "its earlier program could not be opened",
                   "that takes CAP_SYS_ADMIN");
  }
  const auto restored = place.is_native
                            ? steps_.attach_xdp(place.before.get(), place.index, place.pin)
                            : steps_.attach_tc(place.before.get(), place.index);
  return restored ? Result<void>{} : restored.error();
}

std::vector<Attachment> DoorSwap::attachments() const {
  std::vector<Attachment> attachments;
  for (const auto& place : places_) attachments.push_back(place.attachment);
  return attachments;
}

}  // namespace sallyport
