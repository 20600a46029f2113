// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/datapath/bpf_object.hpp"
#include "agent/datapath/door_swap.hpp"
#include "agent/datapath/event_ring.hpp"
#include "agent/datapath/kernel_tables.hpp"
#include "agent/datapath/pin_plan.hpp"
#include "agent/datapath/unfinished_pins.hpp"

namespace sallyport {

/// The programs on the interfaces and the tables behind them. Everything is pinned below
/// `<pin_directory>/v<SP_ABI_VERSION>/`: when this object or the process ends, programs and
/// verdicts stay in force, and the next one takes them over without a gap.
///
/// In two steps, so that no packet meets half-filled tables: `open`, then everything is written
/// that must be known, then `attach`. Until that the door that was there before judges.
class OuterDoor {
 public:
  /// Loads the programs, with the tables that are there already, and what an earlier version's
  /// hold. Attaches nothing.
  /// kNotFound: an interface does not exist; kDenied: a privilege is missing; kIncompatible: the
  /// pins are of a newer version, or of another build.
  [[nodiscard]] static Result<std::unique_ptr<OuterDoor>> open(const OuterDoorConfig& config);

  /// Puts the programs on the interfaces, lets go of those that are not configured any more, and
  /// removes the pins of earlier versions. A failure leaves everything as it was, or says what is
  /// not.
  Result<void> attach();
  Result<void> attach(DoorSteps& steps);

  [[nodiscard]] Tables& tables() noexcept { return *tables_; }
  [[nodiscard]] EventRing& events() noexcept { return *events_; }
  [[nodiscard]] const std::vector<Attachment>& attachments() const noexcept { return attachments_; }
  /// What the operator should know, in sentences; `attach` adds to it.
  [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }

  /// Takes our programs off the interfaces and removes our pins, of whatever version; nothing of
  /// others. Says what was removed.
  [[nodiscard]] static Result<std::vector<std::string>> detach(const OuterDoorConfig& config);

 private:
  OuterDoor(OuterDoorConfig config, std::optional<EarlierPins> earlier, UnfinishedPins unfinished,
            BpfObject object)
      : config_(std::move(config)),
        earlier_(std::move(earlier)),
        unfinished_(std::move(unfinished)),
        object_(std::move(object)) {}

  /// Of tables that were made anew: from here on a next start takes them over.
  Result<void> put_tables_in_force(DoorSteps& steps);
  [[nodiscard]] Failure give_up(DoorSteps& steps, DoorSwap& swap, Failure why);
  void remove_earlier(DoorSteps& steps);
  void put_egress(const std::string& interface);

  OuterDoorConfig config_;
  std::optional<EarlierPins> earlier_;
  UnfinishedPins unfinished_;  // there until the tables are in force
  BpfObject object_;
  std::unique_ptr<KernelTables> tables_;
  std::unique_ptr<EventRing> events_;
  std::vector<Attachment> attachments_;
  std::vector<std::string> notes_;
};

}  // namespace sallyport
