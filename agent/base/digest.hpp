// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sallyport {

/// SHA-256 of a whole raw key: the only form in which a key is kept.
using KeyDigest = std::array<std::uint8_t, 32>;

[[nodiscard]] KeyDigest digest_of(std::string_view raw_key) noexcept;

/// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);

}  // namespace sallyport
