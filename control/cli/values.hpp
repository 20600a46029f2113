// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"

namespace sallyport {

/// "90d", "12h", "5m", "30s": seconds, at least 1, at most 100 years.
[[nodiscard]] Result<std::int64_t> parse_duration(std::string_view text);

/// A duration from `now`, "never" (0), or a moment of the calendar, "2026-12-31T23:59:59Z" /
/// "2026-12-31".
[[nodiscard]] Result<std::int64_t> parse_moment(std::string_view text, std::int64_t now);

/// The same without "never": when something begins.
[[nodiscard]] Result<std::int64_t> parse_point(std::string_view text, std::int64_t now);

/// "100/s" or "100": requests a second.
[[nodiscard]] Result<std::uint32_t> parse_rate(std::string_view text);

/// "64k", "3M", "5G" (powers of 1000) or "1500": bytes.
[[nodiscard]] Result<std::uint64_t> parse_bytes(std::string_view text);

/// "3M/s" or "3M": bytes a second.
[[nodiscard]] Result<std::uint64_t> parse_byte_rate(std::string_view text);

/// A whole number that fits.
[[nodiscard]] Result<std::uint32_t> parse_number(std::string_view what, std::string_view text);

/// The same, of any size: revisions, numbers of records.
[[nodiscard]] Result<std::uint64_t> parse_count(std::string_view what, std::string_view text);

/// "TENANT/USER".
struct OwnerName {
  std::string tenant;
  std::string user;
};
[[nodiscard]] Result<OwnerName> parse_owner(std::string_view text);

}  // namespace sallyport
