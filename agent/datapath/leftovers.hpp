// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/datapath/pin_directory.hpp"

namespace sallyport {

/// Takes our programs off interfaces that the configuration does not name any more: links pinned
/// in `pins`, and members of dispatchers and TC filters that judge by the tables pinned there. Says
/// what it did, or why it could not, in sentences.
[[nodiscard]] std::vector<std::string> detach_leftovers(const OuterDoorConfig& config,
                                                        const PinDirectory& pins);

}  // namespace sallyport
