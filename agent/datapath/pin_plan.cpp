// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/pin_plan.hpp"

#include <utility>

#include "agent/datapath/carry_over.hpp"
#include "agent/datapath/pinned_control.hpp"

namespace sallyport {
namespace {

std::string ours() {
  return std::to_string(SP_ABI_VERSION);
}

Failure newer_is_there(const std::string& root, unsigned version) {
  return failure(Errc::kIncompatible,
                 "the outer door pinned in " + root + " is of ABI version " +
                     std::to_string(version) + ", newer than this agent's " + ours() +
                     ", and stays as it is",
                 "start the newer sallyportd; or, to go back, give its door up first: sallyportd "
                 "--detach (until the start after it the kernel drops nothing)");
}

std::string too_old(unsigned version) {
  return "the tables of ABI version " + std::to_string(version) +
         " are too old to be carried over to " + ours() +
         ": bans of offenders and verdicts on open connections begin anew, all else comes "
         "from the registry";
}

/// Which of the older versions there is one to carry from; `plan.note` says why not.
Result<void> plan_carrying(const std::string& root, unsigned version, PinPlan& plan) {
  if (version < kOldestCarried) {
    plan.note = too_old(version);
    return {};
  }
  EarlierPins earlier{.pins = pin_directory_of(root, version), .version = version};
  const auto control = read_pinned_control(earlier.pins.maps);
  if (!control || control->abi_version == 0) {
    plan.note = "the tables of ABI version " + std::to_string(version) +
                " had not been filled; nothing is carried over from them";
    return {};
  }
  if (control->abi_version != version) {
    return failure(Errc::kIncompatible,
                   "the tables pinned in " + earlier.pins.path +
                       " say that they are of ABI version " + std::to_string(control->abi_version),
                   "remove what is pinned: sallyportd --detach");
  }
  plan.earlier = std::move(earlier);
  return {};
}

}  // namespace

Result<PinPlan> plan_pins(const std::string& root) {
  if (auto good = check_bpffs(root); !good) return good.error();
  std::optional<unsigned> older;
  for (const unsigned version : versions_in(root)) {
    const bool is_there = has_pins(pin_directory_of(root, version));
    if (version > SP_ABI_VERSION && is_there) return newer_is_there(root, version);
    if (version < SP_ABI_VERSION && is_there && !older) older = version;
  }
  const PinDirectory unfinished = unfinished_pins_of(root);
  if (auto removed = remove_pins(unfinished); !removed) return removed.error();

  PinPlan plan{.tables = pin_directory_of(root), .is_new = false, .earlier = {}, .note = {}};
  if (!has_pins(plan.tables)) {
    // Empty directories would be in the way of the rename.
    if (auto removed = remove_pins(plan.tables); !removed) return removed.error();
    plan.tables = unfinished;
    plan.is_new = true;
    if (older) {
      if (auto done = plan_carrying(root, *older, plan); !done) return done.error();
    }
  }
  if (auto made = make_pin_directory(plan.tables); !made) return made.error();
  return plan;
}

}  // namespace sallyport
