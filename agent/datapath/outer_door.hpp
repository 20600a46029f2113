// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/datapath/attach_outcome.hpp"
#include "agent/datapath/bpf_object.hpp"
#include "agent/datapath/event_ring.hpp"
#include "agent/datapath/kernel_tables.hpp"
#include "agent/datapath/pin_directory.hpp"

namespace sallyport {

/// How the outer door is on one interface.
struct Attachment {
  std::string name;
  std::string attached;  // "native" or "tc"
  std::string why;       // why not native; empty when it is
  AttachOutcome outcome = AttachOutcome::kMade;
};

/// The programs on the interfaces and the tables behind them. Everything is pinned below
/// `<pin_directory>/v<SP_ABI_VERSION>/`: when this object or the process ends, programs and
/// verdicts stay in force, and the next `open` takes them over without a gap.
class OuterDoor {
 public:
  /// A failure leaves nothing newly attached; what was attached before stays in force.
  /// kNotFound: an interface does not exist; kDenied: a privilege is missing; kIncompatible: the
  /// pins are of another build.
  [[nodiscard]] static Result<std::unique_ptr<OuterDoor>> open(const OuterDoorConfig& config);

  [[nodiscard]] Tables& tables() noexcept { return *tables_; }
  [[nodiscard]] EventRing& events() noexcept { return *events_; }
  [[nodiscard]] const std::vector<Attachment>& attachments() const noexcept { return attachments_; }
  /// What the operator should know, in sentences.
  [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }

  /// Takes our programs off the configured interfaces and removes our pins; nothing of others.
  /// Says what was removed.
  [[nodiscard]] static Result<std::vector<std::string>> detach(const OuterDoorConfig& config);

 private:
  explicit OuterDoor(BpfObject object) : object_(std::move(object)) {}
  Result<void> attach(const std::string& interface, Attach how, const std::string& pin);
  Result<void> attach_all(const OuterDoorConfig& config, const PinDirectory& pins);

  BpfObject object_;
  std::unique_ptr<KernelTables> tables_;
  std::unique_ptr<EventRing> events_;
  std::vector<Attachment> attachments_;
  std::vector<std::string> notes_;
};

}  // namespace sallyport
