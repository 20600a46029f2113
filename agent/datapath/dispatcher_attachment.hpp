// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/result.hpp"

namespace sallyport {

class BpfObject;

/// Programs behind libxdp's dispatcher on one interface, in the order in which they run.
struct DispatcherMembers {
  std::vector<std::uint32_t> ours;  // kernel ids of programs with our name
  std::vector<std::string> others;  // names
};

/// Puts our program into the dispatcher on the interface, natively; where no XDP program is there,
/// it gets a dispatcher. One of ours that is in it already stays beside: to change programs without
/// a gap, attach the new one, then take out the old one. Returns the program's kernel id.
/// kConflict: a program is there without a dispatcher, or in generic mode.
/// kUnavailable: libxdp can't do it here.
Result<std::uint32_t> attach_member(const BpfObject& object, unsigned interface_index,
                                    std::uint32_t priority);

/// Takes that one out of the dispatcher, which goes with its last member. False: it was not in.
Result<bool> detach_member(unsigned interface_index, std::uint32_t program_id);

/// Takes out all of ours but one (0: all). False: there were none.
Result<bool> detach_other_members(unsigned interface_index, std::uint32_t kept);

/// None where there is no dispatcher.
[[nodiscard]] Result<DispatcherMembers> members_on(unsigned interface_index);

/// Whether one of ours is in the dispatcher and uses the kernel map of that id.
[[nodiscard]] bool is_member_judging_by(unsigned interface_index, std::uint32_t map_id);

}  // namespace sallyport
