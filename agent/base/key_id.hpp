// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sallyport {

/// A key's printable name: base 62, of fixed length. Imported keys get one too.
constexpr std::size_t kKeyIdLength = 8;
using KeyId = std::array<char, kKeyIdLength>;

[[nodiscard]] inline std::string_view to_view(const KeyId& id) noexcept {
  return {id.data(), id.size()};
}

/// What the registry says of a key, a user or a tenant now.
enum class Standing : std::uint8_t { kActive, kSuspended, kRevoked };

}  // namespace sallyport
