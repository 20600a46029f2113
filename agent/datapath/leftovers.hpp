// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/config/config.hpp"

namespace sallyport {

/// Takes our programs off interfaces that the configuration does not name any more: links pinned
/// in our directory, and TC filters that judge by our pinned tables. Says what it did, or why it
/// could not, in sentences.
[[nodiscard]] std::vector<std::string> detach_leftovers(const OuterDoorConfig& config);

}  // namespace sallyport
