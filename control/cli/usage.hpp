// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "control/cli/command.hpp"

namespace sallyport {

// What a command line that can't be understood is answered with. Pure.

/// "no such WHAT: WORD", with the known one that it was probably meant to be.
[[nodiscard]] std::string unknown(std::string_view what, std::string_view word,
                                  std::span<const std::string_view> known);

/// The option in `word` ("--limt=3") is none of the command's, nor of all commands'.
[[nodiscard]] std::string unknown_option(const Command& command, std::string_view word);

/// How the command is written, and where to read more: "sallyport key rotate ID [OPTION…]; …".
[[nodiscard]] std::string usage_of(const Command& command);

}  // namespace sallyport
