// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "control/cli/command.hpp"
#include "control/cli/output.hpp"

namespace sallyport {

/// Its state now: "active", "suspended", "revoked", or "expired".
[[nodiscard]] std::string state_word(const control::v1::Key& key);

/// "5/s", or "none".
[[nodiscard]] std::string show_limit(const control::v1::Key& key);

/// A key that was just made: `done`, its receipt and the key itself, this once; wiped after that.
void print_new_key(const std::string& done, const Invocation& invocation,
                   control::v1::CreateKeyResponse& created, Output& output);

/// A key that is there.
inline constexpr Parameter kKeyId = {
    .kind = Parameter::Kind::kPositional,
    .name = "ID",
    .placeholder = "",
    .help = "the key's id, the third part of it: spk_ENV_ID_SECRET_SUM",
    .names_by = "key list -q --state active"};

[[nodiscard]] Command key_show_command();

}  // namespace sallyport
