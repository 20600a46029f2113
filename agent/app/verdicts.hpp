// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "bpf/abi/verdict.h"

namespace sallyport {

/// "DROP_KEY_REVOKED"; "UNKNOWN" for a number that is none of SP_VERDICTS.
[[nodiscard]] std::string_view verdict_name(std::uint32_t verdict) noexcept;
[[nodiscard]] std::string_view verdict_text(std::uint32_t verdict) noexcept;
[[nodiscard]] std::optional<sp_verdict> find_verdict(std::string_view name) noexcept;

}  // namespace sallyport
