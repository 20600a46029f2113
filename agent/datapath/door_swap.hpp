// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/unique_fd.hpp"
#include "agent/config/config.hpp"
#include "agent/datapath/attach_outcome.hpp"
#include "agent/datapath/bpf_object.hpp"
#include "agent/datapath/door_steps.hpp"
#include "agent/datapath/pin_directory.hpp"

namespace sallyport {

/// How the outer door is on one interface.
struct Attachment {
  std::string name;
  std::string attached;  // "native", "dispatcher" or "tc"
  std::string why;       // why not native; empty when it is
};

/// Puts the programs on interfaces, one after the other: where one of ours is, of whatever
/// version, it is replaced without a gap. Either all of them are put and `finish` follows, or
/// `undo`.
class DoorSwap {
 public:
  struct Programs {
    const BpfObject& object;
    std::uint32_t priority;  // in libxdp's dispatcher
  };

  /// `pins`: where links belong; `earlier`: where else they may be, the newest version first.
  DoorSwap(DoorSteps& steps, Programs programs, PinDirectory pins,
           std::vector<PinDirectory> earlier)
      : steps_(steps), programs_(programs), pins_(std::move(pins)), earlier_(std::move(earlier)) {}

  /// kNotFound: there is no such interface; kConflict: somebody else holds our place on it.
  Result<void> put(const std::string& interface, Attach how);

  /// Takes off what the same interfaces have of ours in another way, since once is enough.
  /// Says what it could not take off.
  [[nodiscard]] std::vector<std::string> finish();

  /// Puts back what was there before, the last first. Says what it could not put back.
  [[nodiscard]] std::vector<std::string> undo();

  [[nodiscard]] std::vector<Attachment> attachments() const;

 private:
  struct Place {
    Attachment attachment;
    unsigned index = 0;
    std::string pin;          // of the link, whether or not there is one
    std::string earlier_pin;  // where the link was; empty: at `pin`, if there was one
    Way way = Way::kNative;
    AttachOutcome outcome = AttachOutcome::kMade;
    UniqueFd before;           // the program that was taken over, or gave way to the dispatcher
    std::uint32_t member = 0;  // in the dispatcher; beside an earlier one of ours until `finish`
    bool is_bridged = false;   // TC judges until `finish`
  };

  Result<void> move_link(Place& place);
  Result<void> move_link_back(const Place& place);
  Result<void> put_on(Place& place, Attach how);
  Result<void> put_auto(Place& place);
  Result<void> put_native(Place& place);
  Result<void> put_dispatcher(Place& place);
  Result<void> put_member(Place& place, std::string why);
  Result<void> put_tc(Place& place, std::string why);
  /// A dispatcher can't come in where our link is, and the link can't change into one: TC judges
  /// in between.
  Result<void> bridge(Place& place);
  Result<void> put_link_back(const Place& place);
  Result<void> take_off_others(const Place& place);
  [[nodiscard]] Result<void> restore(const Place& place);
  Result<bool> take_off(const Place& place);

  DoorSteps& steps_;
  Programs programs_;
  PinDirectory pins_;
  std::vector<PinDirectory> earlier_;
  std::vector<Place> places_;
};

}  // namespace sallyport
