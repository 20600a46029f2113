// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/base/clock.hpp"
#include "agent/base/key_id.hpp"
#include "agent/base/time_text.hpp"
#include "bpf/abi/service.h"
#include "bpf/abi/verdict.h"

namespace sallyport {

// How explanations put what they found.

[[nodiscard]] std::string word(Standing standing);
[[nodiscard]] std::string word(sp_mode mode);
/// "DROP_KEY_REVOKED, connection of a revoked key"
[[nodiscard]] std::string name_and_text(sp_verdict verdict);

}  // namespace sallyport
