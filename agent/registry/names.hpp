// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.hpp"

namespace sallyport {

/// Names of tenants and users: 1 to 64 of [A-Za-z0-9._@-], not starting with '-' or '.'.
/// `what` names the thing in the failure.
[[nodiscard]] Result<void> check_name(std::string_view what, std::string_view name);

/// Reasons and notes: at most 256 bytes, no control characters.
[[nodiscard]] Result<void> check_text(std::string_view what, std::string_view text);

/// As it may be shown in a failure: at most 64 bytes, '?' for control characters.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace sallyport
