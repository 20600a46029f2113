// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/config/config.hpp"

namespace sallyport {

// The forms of single values; nullopt for anything that isn't exactly of the form.

/// Decimal digits alone: no sign, no blanks.
[[nodiscard]] std::optional<std::uint64_t> parse_whole(std::string_view text) noexcept;

/// "500ms", "10s", "5m", "1h"; nullopt also beyond 2^53 ms.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(
    std::string_view text) noexcept;

/// The largest unit that divides it: "90s", "2h", "0s".
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

/// "192.0.2.1:443" or "[2001:db8::1]:443"; the port is 1 to 65535.
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);

/// The form that `parse_endpoint` reads.
[[nodiscard]] std::string endpoint_text(const Endpoint& endpoint);

/// Whether the endpoint stands for every local address.
[[nodiscard]] bool is_every_address(const Address& address) noexcept;

/// A header's name (RFC 9110 token) of 1 to 64 characters.
[[nodiscard]] bool is_header_name(std::string_view text) noexcept;

[[nodiscard]] std::string lower_case(std::string_view text);

/// 1 to 64 of [A-Za-z0-9._-], not starting with '-' or '.'.
[[nodiscard]] bool is_service_name(std::string_view text) noexcept;

/// A name that Linux gives an interface: 1 to 15 visible characters without '/' and ':'.
[[nodiscard]] bool is_interface_name(std::string_view text) noexcept;

}  // namespace sallyport
