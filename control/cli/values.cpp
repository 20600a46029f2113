// SPDX-License-Identifier: Apache-2.0
#include "control/cli/values.hpp"

#include <charconv>
#include <ctime>
#include <limits>
#include <optional>

namespace sallyport {
namespace {

constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kLongest = 36525 * kDay;

template <class Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

std::string quoted(std::string_view text) {
  return "\"" + std::string(text.substr(0, 64)) + "\"";
}

std::string_view without_per_second(std::string_view text) {
  if (text.size() > 2 && text.substr(text.size() - 2) == "/s") text.remove_suffix(2);
  return text;
}

std::optional<std::uint64_t> read_bytes(std::string_view text) {
  constexpr std::string_view kUnits = "kMG";
  std::uint64_t unit = 1;
  const auto at = text.empty() ? std::string_view::npos : kUnits.find(text.back());
  if (at != std::string_view::npos) {
    for (std::size_t i = 0; i <= at; ++i) unit *= 1000;
    text.remove_suffix(1);
  }
  std::uint64_t count = 0;
  if (!read_number(text, count)) return std::nullopt;
  if (count > std::numeric_limits<std::uint64_t>::max() / unit) return std::nullopt;
  return count * unit;
}

/// A date or time that the calendar has: strptime takes a 31st of February and timegm makes a
/// day of March of it.
std::optional<std::int64_t> parse_calendar(std::string_view text) {
  const std::string terminated(text);
  for (const char* form : {"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"}) {
    std::tm parts{};
    const char* end = strptime(terminated.c_str(), form, &parts);
    if (end == nullptr || *end != '\0') continue;
    const int day = parts.tm_mday;
    const std::int64_t moment = timegm(&parts);
    if (moment > 0 && parts.tm_mday == day) return moment;
  }
  return std::nullopt;
}

}  // namespace

Result<std::int64_t> parse_duration(std::string_view text) {
  std::int64_t unit = 0;
  switch (text.empty() ? ' ' : text.back()) {
    case 's':
      unit = 1;
      break;
    case 'm':
      unit = 60;
      break;
    case 'h':
      unit = 3600;
      break;
    case 'd':
      unit = kDay;
      break;
    default:
      break;
  }
  std::int64_t count = 0;
  if (unit == 0 || !read_number(text.substr(0, text.size() - 1), count) || count < 1 ||
      count > kLongest / unit) {
    return failure(Errc::kInvalid, "not a duration: " + quoted(text),
                   "write a number and s, m, h or d: 90d, 12h, 10m");
  }
  return count * unit;
}

Result<std::int64_t> parse_moment(std::string_view text, std::int64_t now) {
  if (text == "never") return std::int64_t{0};
  auto point = parse_point(text, now);
  if (point) return point;
  Failure wrong = point.error();
  wrong.remedy += " or never";
  return wrong;
}

Result<std::int64_t> parse_point(std::string_view text, std::int64_t now) {
  if (auto duration = parse_duration(text)) return now + *duration;
  if (auto moment = parse_calendar(text)) return *moment;
  return failure(Errc::kInvalid, "not a time: " + quoted(text),
                 "write a duration (90d), a date (2027-01-31), a time (2027-01-31T12:00:00Z)");
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
  if (auto bytes = read_bytes(text)) return *bytes;
  return failure(Errc::kInvalid, "not a number of bytes: " + quoted(text),
                 "write bytes, with k, M or G for powers of 1000: 64k");
}

Result<std::uint64_t> parse_byte_rate(std::string_view text) {
  if (auto bytes = read_bytes(without_per_second(text))) return *bytes;
  return failure(Errc::kInvalid, "not a rate: " + quoted(text),
                 "write bytes a second, with k, M or G for powers of 1000: 3M/s");
}

Result<std::uint32_t> parse_rate(std::string_view text) {
  std::uint32_t rate = 0;
  if (read_number(without_per_second(text), rate)) return rate;
  return failure(Errc::kInvalid, "not a rate: " + quoted(text), "write requests a second: 100/s");
}

Result<std::uint32_t> parse_number(std::string_view what, std::string_view text) {
  std::uint32_t number = 0;
  if (read_number(text, number)) return number;
  return failure(Errc::kInvalid, std::string(what) + " is not a number: " + quoted(text));
}

Result<std::uint64_t> parse_count(std::string_view what, std::string_view text) {
  std::uint64_t number = 0;
  if (read_number(text, number)) return number;
  return failure(Errc::kInvalid, std::string(what) + " is not a number: " + quoted(text));
}

Result<OwnerName> parse_owner(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size() ||
      text.find('/', slash + 1) != std::string_view::npos) {
    return failure(Errc::kInvalid, "not a user: " + quoted(text), "write TENANT/USER: acme/alice");
  }
  return OwnerName{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

}  // namespace sallyport
