// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace sallyport {

/// Every outcome of the association checks, in the order in which they are made: enumerator,
/// stable code, HTTP status, what the client may see (kOpen: the code itself; kUniform: one
/// and the same `invalid-key` for all of them, so that nobody can probe which keys exist),
/// text for people.
#define SP_CHECK_CODES(X)                                                                    \
  X(kMissingKey, "missing-key", 401, kOpen, "no API key was presented where one is allowed") \
  X(kMalformedKey, "malformed-key", 401, kUniform,                                           \
    "the key's form or checksum is wrong, or there are several")                             \
  X(kUnknownKey, "unknown-key", 401, kUniform, "no such key")                                \
  X(kRevokedKey, "revoked-key", 401, kUniform, "the key was revoked")                        \
  X(kSuspendedKey, "suspended-key", 401, kUniform, "the key is suspended")                   \
  X(kExpiredKey, "expired-key", 401, kUniform, "the key has expired")                        \
  X(kNotYetValid, "not-yet-valid", 401, kUniform, "the key is not valid yet")                \
  X(kInactiveTenant, "inactive-tenant", 401, kUniform, "the key's tenant is not active")     \
  X(kInactiveUser, "inactive-user", 401, kUniform, "the key's user is not active")           \
  X(kUserMismatch, "user-mismatch", 403, kOpen, "invalid user associated with this key")     \
  X(kOverLimit, "over-limit", 429, kOpen, "the key's request limit is spent")

enum class Disclosure : std::uint8_t { kOpen, kUniform };

enum class CheckCode : std::uint8_t {
  kAllowed,
#define X(name, code, status, disclosure, text) name,
  SP_CHECK_CODES(X)
#undef X
      kCount
};

struct CheckInfo {
  std::string_view code;
  unsigned status;
  Disclosure disclosure;
  std::string_view text;
};

/// `code` must not be `kCount`.
[[nodiscard]] const CheckInfo& info(CheckCode code) noexcept;

/// The code that the client may see.
[[nodiscard]] std::string_view disclosed_code(CheckCode code) noexcept;

}  // namespace sallyport
