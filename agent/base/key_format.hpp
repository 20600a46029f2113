// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "agent/base/key_id.hpp"
#include "agent/base/result.hpp"

namespace sallyport {

/// `spk_<env>_<id>_<secret>_<checksum>`: id 8, secret 27 (160.7 bits) and checksum 6
/// characters of base 62; env 1 to 8 of [a-z0-9]. At most 56 characters. The checksum is the
/// CRC-32 (IEEE 802.3) of everything before its underscore: it tells a mistyped key from an
/// unknown one without a lookup, and proves nothing.
struct NewKey {
  std::string raw;  // shown once, then wiped by `wipe`
  KeyId id;
};

/// 1 to 8 of [a-z0-9].
[[nodiscard]] bool is_environment(std::string_view env) noexcept;

/// Draws id and secret from the operating system's generator. `env` as above, else kInvalid.
[[nodiscard]] Result<NewKey> make_key(std::string_view env);

/// A random id for a key that was imported.
[[nodiscard]] KeyId make_key_id();

/// How a presented string looks, before anything is looked up.
enum class KeyForm {
  kOurs,       // our form, and the checksum is right
  kForeign,    // not our prefix: may be an imported key
  kMalformed,  // our prefix with a wrong form or checksum, or longer than kMaxRawKey
};

constexpr std::size_t kMaxRawKey = 512;  // bytes

[[nodiscard]] KeyForm form_of(std::string_view raw_key) noexcept;

/// Overwrites the secret in a way that the compiler can't leave out.
void wipe(std::string& secret) noexcept;

}  // namespace sallyport
