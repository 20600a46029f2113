// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "control/cli/command.hpp"

namespace sallyport {

/// The commands of each group, for the table.
[[nodiscard]] std::vector<Command> tenant_commands();
[[nodiscard]] std::vector<Command> user_commands();
[[nodiscard]] std::vector<Command> key_commands();
[[nodiscard]] std::vector<Command> ban_commands();
[[nodiscard]] std::vector<Command> status_commands();
[[nodiscard]] std::vector<Command> manual_commands();

}  // namespace sallyport
