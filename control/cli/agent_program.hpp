// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/base/result.hpp"

namespace sallyport {

/// Runs the agent's program with these arguments and gives what it wrote to standard output, once
/// it has ended with success; what it says of errors goes to our standard error. A name without a
/// slash is sought in PATH, then in /usr/sbin and /usr/local/sbin, where PATHs of users end.
[[nodiscard]] Result<std::string> ask_agent_program(const std::string& program,
                                                    const std::vector<std::string>& arguments);

}  // namespace sallyport
