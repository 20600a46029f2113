// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/http/message.hpp"
#include "agent/http/octets.hpp"

namespace sallyport {

// What a request may say, in whichever version of HTTP.

constexpr std::size_t kLongestMethod = 32;

/// Of a request target. No space, control, '#' or octet >= 0x80; no backslash, which some servers
/// take for a slash.
inline constexpr OctetSet kTargetOctets = letters_digits_and("!\"$%&'()*+,-./:;<=>?@[]^_`{|}~");

/// Whether a host (with or without a port) is a DNS name, an IPv4 or a bracketed IPv6 address.
[[nodiscard]] bool valid_host(std::string_view host) noexcept;

/// Refuses a target that is no path, and CONNECT.
[[nodiscard]] ParseResult check_target(std::string_view method, std::string_view target) noexcept;

}  // namespace sallyport
