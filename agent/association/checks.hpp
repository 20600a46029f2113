// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "agent/association/check_code.hpp"
#include "agent/association/key_entry.hpp"
#include "agent/association/key_index.hpp"

namespace sallyport {

/// What a request says of itself. Views into the request's own buffer.
struct RequestFacts {
  std::string_view presented_key;  // empty: none was presented
  std::string_view claimed_user;   // empty: no claim
  bool is_ambiguous = false;       // several keys were presented, `presented_key` is one of them
};

/// The association checks' answer. `key` is set from check 4 on, also where it is refused, so
/// that the log can say whose key it was. `digest` is set when a key was presented.
struct Association {
  CheckCode code = CheckCode::kMissingKey;
  KeyEntry* key = nullptr;
  KeyDigest digest{};
};

/// Makes checks 1 to 6 of the design, in order, and stops at the first that refuses. Pure:
/// no I/O and no clock; `now` is the wall clock. Limits (check 13) are spent by the caller,
/// since they write.
[[nodiscard]] Association check_association(const RequestFacts& request, const KeyIndex& index,
                                            UnixSeconds now) noexcept;

/// Checks 4 and 5 alone, for a key that was found before: what has become of it?
[[nodiscard]] CheckCode check_standing(const KeyEntry& key, UnixSeconds now) noexcept;

}  // namespace sallyport
