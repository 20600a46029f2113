// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/datapath/attach_outcome.hpp"
#include "agent/datapath/pin_directory.hpp"

namespace sallyport {

class BpfObject;

/// What putting up the outer door does to the machine, one step a call, so that tests can let any
/// of them fail, or the process die before it. What a step does, its free function says.
class DoorSteps {
 public:
  DoorSteps() = default;
  DoorSteps(const DoorSteps&) = delete;
  DoorSteps& operator=(const DoorSteps&) = delete;
  virtual ~DoorSteps() = default;

  virtual Result<AttachOutcome> attach_xdp(int program_fd, unsigned interface_index,
                                           const std::string& pin);
  virtual Result<AttachOutcome> attach_tc(int program_fd, unsigned interface_index);
  virtual Result<std::uint32_t> attach_member(const BpfObject& object, unsigned interface_index,
                                              std::uint32_t priority);
  virtual Result<bool> detach_xdp(const std::string& pin);
  virtual Result<bool> detach_tc(unsigned interface_index);
  virtual Result<bool> detach_member(unsigned interface_index, std::uint32_t program_id);
  virtual Result<bool> detach_other_members(unsigned interface_index, std::uint32_t kept);
  /// Of a pin or a directory of pins, in one instant.
  virtual Result<void> rename_pin(const std::string& from, const std::string& to);
  virtual Result<std::vector<std::string>> remove_pins(const PinDirectory& pins);
};

}  // namespace sallyport
