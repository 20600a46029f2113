// SPDX-License-Identifier: Apache-2.0
#include "agent/config/scalars.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace sallyport {
namespace {

constexpr std::uint64_t kMaxMilliseconds = 1ULL << 53;
constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxInterface = 15;  // IFNAMSIZ without its end

struct Unit {
  std::string_view name;
  std::uint64_t milliseconds;
};

// Largest first.
constexpr std::array<Unit, 4> kUnits = {{{"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}}};

bool is_alphanumeric(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_token_character(char c) noexcept {
  return is_alphanumeric(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

}  // namespace

std::optional<std::uint64_t> parse_whole(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = parse_whole(text.substr(0, digits));
  const auto unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& candidate) {
    return candidate.name == text.substr(digits);
  });
  if (!count || unit == kUnits.end()) return std::nullopt;
  if (*count > kMaxMilliseconds / unit->milliseconds) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(*count * unit->milliseconds));
}

std::string duration_text(std::chrono::milliseconds duration) {
  const auto milliseconds = static_cast<std::uint64_t>(duration.count());
  if (milliseconds == 0) return "0s";
  const auto unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& candidate) {
    return milliseconds % candidate.milliseconds == 0;
  });
  return std::to_string(milliseconds / unit->milliseconds) + std::string(unit->name);
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  const bool is_bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (is_bracketed) host = host.substr(1, host.size() - 2);
  const bool is_v6_text = host.find(':') != std::string_view::npos;
  const auto address = Address::parse(host);
  const auto port = parse_whole(text.substr(colon + 1));
  if (!address || is_v6_text != is_bracketed || !port || *port == 0 || *port > 65535) {
    return std::nullopt;
  }
  return Endpoint{*address, static_cast<std::uint16_t>(*port)};
}

std::string endpoint_text(const Endpoint& endpoint) {
  const auto host = endpoint.address.to_string();
  const auto port = ":" + std::to_string(endpoint.port);
  return endpoint.address.is_v4() ? host + port : "[" + host + "]" + port;
}

bool is_every_address(const Address& address) noexcept {
  return address == Address{} || address == Address::from_v4(0);
}

bool is_header_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kMaxName &&
         std::all_of(text.begin(), text.end(), is_token_character);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool is_service_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kMaxName && text.front() != '-' && text.front() != '.' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

bool is_interface_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kMaxInterface && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte > 0x20 && byte < 0x7f && c != '/' && c != ':';
         });
}

}  // namespace sallyport
