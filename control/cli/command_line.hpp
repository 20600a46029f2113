// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/cli/command.hpp"

namespace sallyport {

/// What the command line asks for.
struct CommandLine {
  const Command* command = nullptr;  // null: `text` is to be printed, with `status`
  Invocation invocation;             // the command's and the global options
  std::string text;                  // help, or what is wrong and what to do next
  int status = kDone;
};

/// Reads `arguments` (without the program's name) against the table of commands. An option that
/// is not given has its fallback; `--socket` falls back to `socket_variable` first. A raw key among
/// them is refused and not repeated: other users see a process's arguments.
[[nodiscard]] CommandLine parse_command_line(const std::vector<std::string>& arguments,
                                             const std::optional<std::string>& socket_variable);

}  // namespace sallyport
