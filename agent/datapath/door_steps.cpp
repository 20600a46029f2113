// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/door_steps.hpp"

#include <cerrno>
#include <cstdio>

#include "agent/datapath/dispatcher_attachment.hpp"
#include "agent/datapath/tc_attachment.hpp"
#include "agent/datapath/xdp_attachment.hpp"

namespace sallyport {

Result<AttachOutcome> DoorSteps::attach_xdp(int program_fd, unsigned interface_index,
                                            const std::string& pin) {
  return sallyport::attach_xdp(program_fd, interface_index, pin);
}

Result<AttachOutcome> DoorSteps::attach_tc(int program_fd, unsigned interface_index) {
  return sallyport::attach_tc(program_fd, interface_index);
}

Result<std::uint32_t> DoorSteps::attach_member(const BpfObject& object, unsigned interface_index,
                                               std::uint32_t priority) {
  return sallyport::attach_member(object, interface_index, priority);
}

Result<bool> DoorSteps::detach_xdp(const std::string& pin) {
  return sallyport::detach_xdp(pin);
}

Result<bool> DoorSteps::detach_tc(unsigned interface_index) {
  return sallyport::detach_tc(interface_index);
}

Result<bool> DoorSteps::detach_member(unsigned interface_index, std::uint32_t program_id) {
  return sallyport::detach_member(interface_index, program_id);
}

Result<bool> DoorSteps::detach_other_members(unsigned interface_index, std::uint32_t kept) {
  return sallyport::detach_other_members(interface_index, kept);
}

Result<void> DoorSteps::rename_pin(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) == 0) return {};
  return system_failure(errno, "renaming " + from + " to " + to);
}

Result<std::vector<std::string>> DoorSteps::remove_pins(const PinDirectory& pins) {
  return sallyport::remove_pins(pins);
}

}  // namespace sallyport
