// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "agent/base/result.hpp"
#include "agent/base/unique_fd.hpp"
#include "agent/datapath/attach_outcome.hpp"

namespace sallyport {

enum class TcHook { kIngress, kEgress };

/// Puts the program on an interface's TC hook, under a fixed priority and handle of ours;
/// an earlier one of ours there is replaced at once. Makes a clsact qdisc where there is none.
/// kConflict: a filter of somebody else has our priority.
Result<AttachOutcome> attach_tc(int program_fd, unsigned interface_index,
                                TcHook where = TcHook::kIngress);

/// The program of our filter on ingress; none where there is no such filter.
[[nodiscard]] UniqueFd tc_program_on(unsigned interface_index);

/// Removes our filter, and nothing else: the qdisc stays, since others may have come to use it.
/// False: it was not there.
Result<bool> detach_tc(unsigned interface_index, TcHook where = TcHook::kIngress);

/// Whether our filter is there and uses the kernel map of that id.
[[nodiscard]] bool is_tc_judging_by(unsigned interface_index, std::uint32_t map_id,
                                    TcHook where = TcHook::kIngress);

}  // namespace sallyport
