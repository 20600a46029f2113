// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "control/cli/command.hpp"

namespace sallyport {

/// The commands of each group, for the table.
[[nodiscard]] std::vector<Command> tenant_commands();
[[nodiscard]] std::vector<Command> user_commands();
[[nodiscard]] std::vector<Command> key_commands();
[[nodiscard]] std::vector<Command> key_lifecycle_commands();
[[nodiscard]] std::vector<Command> ban_commands();
[[nodiscard]] std::vector<Command> cidr_commands();
[[nodiscard]] std::vector<Command> status_commands();
[[nodiscard]] std::vector<Command> top_commands();
[[nodiscard]] std::vector<Command> event_commands();
[[nodiscard]] std::vector<Command> trace_commands();
[[nodiscard]] std::vector<Command> explain_commands();
[[nodiscard]] std::vector<Command> leak_commands();
[[nodiscard]] std::vector<Command> log_commands();
[[nodiscard]] std::vector<Command> doctor_commands();
[[nodiscard]] std::vector<Command> import_commands();
[[nodiscard]] Command export_command();
[[nodiscard]] Command backup_command();
[[nodiscard]] Command association_command();
[[nodiscard]] std::vector<Command> manual_commands();

// What commands of several groups take.

inline constexpr Parameter kQuietList = {.kind = Parameter::Kind::kFlag,
                                         .name = "-q,--quiet",
                                         .placeholder = "",
                                         .help = "print the names alone, one a line"};

inline constexpr Parameter kTenantOption = {.kind = Parameter::Kind::kOption,
                                            .name = "--tenant",
                                            .placeholder = "NAME",
                                            .help = "of this tenant alone",
                                            .names_by = "tenant list -q"};

inline constexpr Parameter kReason = {.kind = Parameter::Kind::kOption,
                                      .name = "--reason",
                                      .placeholder = "TEXT",
                                      .help = "why, for the record"};

/// A user that is there already.
inline constexpr Parameter kOwner = {.kind = Parameter::Kind::kPositional,
                                     .name = "TENANT/USER",
                                     .placeholder = "",
                                     .help = "the user, with its tenant",
                                     .names_by = "user list -q"};

}  // namespace sallyport
