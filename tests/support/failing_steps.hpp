// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <string>
#include <vector>

#include "agent/datapath/door_steps.hpp"

namespace sallyport::test {

/// The real steps, of which the nth is refused, or the process is killed before it.
class FailingSteps final : public DoorSteps {
 public:
  enum class How { kRefuse, kKill };

  explicit FailingSteps(unsigned fail_at, How how = How::kRefuse) : fail_at_(fail_at), how_(how) {}

  /// Steps so far; those of an undo count too.
  [[nodiscard]] unsigned taken() const noexcept { return taken_; }

  Result<AttachOutcome> attach_xdp(int program_fd, unsigned interface_index,
                                   const std::string& pin) override {
    if (fails()) return refusal();
    return DoorSteps::attach_xdp(program_fd, interface_index, pin);
  }
  Result<AttachOutcome> attach_tc(int program_fd, unsigned interface_index) override {
    if (fails()) return refusal();
    return DoorSteps::attach_tc(program_fd, interface_index);
  }
  Result<std::uint32_t> attach_member(const BpfObject& object, unsigned interface_index,
                                      std::uint32_t priority) override {
    if (fails()) return refusal();
    return DoorSteps::attach_member(object, interface_index, priority);
  }
  Result<bool> detach_xdp(const std::string& pin) override {
    if (fails()) return refusal();
    return DoorSteps::detach_xdp(pin);
  }
  Result<bool> detach_tc(unsigned interface_index) override {
    if (fails()) return refusal();
    return DoorSteps::detach_tc(interface_index);
  }
  Result<bool> detach_member(unsigned interface_index, std::uint32_t program_id) override {
    if (fails()) return refusal();
    return DoorSteps::detach_member(interface_index, program_id);
  }
  Result<bool> detach_other_members(unsigned interface_index, std::uint32_t kept) override {
    if (fails()) return refusal();
    return DoorSteps::detach_other_members(interface_index, kept);
  }

  Result<void> rename_pin(const std::string& from, const std::string& to) override {
    if (fails()) return refusal();
    return DoorSteps::rename_pin(from, to);
  }
  Result<std::vector<std::string>> remove_pins(const PinDirectory& pins) override {
    if (fails()) return refusal();
    return DoorSteps::remove_pins(pins);
  }

 private:
  bool fails() {
    if (++taken_ != fail_at_) return false;
    if (how_ == How::kKill) raise(SIGKILL);
    return true;
  }
  // Not kUnavailable, after which TC would be tried.
  static Failure refusal() { return failure(Errc::kDenied, "refused by the test"); }

  unsigned fail_at_;
  How how_;
  unsigned taken_ = 0;
};

}  // namespace sallyport::test
