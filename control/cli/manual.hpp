// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "control/cli/command.hpp"

namespace sallyport {

/// sallyport(8) in roff's man macros, from the table of commands.
[[nodiscard]] std::string make_man_page();

/// A completion for bash, from the table of commands.
[[nodiscard]] std::string make_bash_completion();

/// "--expires DURATION", "-q, --quiet", "TENANT/USER".
[[nodiscard]] std::string usage_of(const Parameter& parameter);

/// The long form of an option's name: "-q,--quiet" → "--quiet".
[[nodiscard]] std::string_view long_name(std::string_view name);

}  // namespace sallyport
