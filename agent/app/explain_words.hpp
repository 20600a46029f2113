// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/base/clock.hpp"
#include "agent/base/key_id.hpp"
#include "bpf/abi/service.h"
#include "bpf/abi/verdict.h"

namespace sallyport {

// How explanations put what they found.

/// "never" for 0, else "2026-11-24 10:31:07Z".
[[nodiscard]] std::string show_time(UnixSeconds moment);
[[nodiscard]] std::string word(Standing standing);
[[nodiscard]] std::string word(sp_mode mode);
/// "DROP_KEY_REVOKED, connection of a revoked key"
[[nodiscard]] std::string name_and_text(sp_verdict verdict);

}  // namespace sallyport
