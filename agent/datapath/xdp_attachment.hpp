// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/base/result.hpp"
#include "agent/base/unique_fd.hpp"
#include "agent/datapath/attach_outcome.hpp"

namespace sallyport {

/// Puts the program on an interface by native XDP (never generic), with a link pinned at `pin`.
/// A link of ours that is there already is swapped to the new program without a gap; a stale one
/// (its interface is gone) is replaced. kConflict: another XDP program is there.
Result<AttachOutcome> attach_xdp(int program_fd, unsigned interface_index, const std::string& pin);

/// The program behind the link pinned at `pin`; none where there is no such link.
[[nodiscard]] UniqueFd xdp_program_behind(const std::string& pin);

/// Removes the link pinned at `pin` and with it the program; false: there was none.
Result<bool> detach_xdp(const std::string& pin);

}  // namespace sallyport
