// SPDX-License-Identifier: Apache-2.0
#include "agent/http/request_rules.hpp"

#include "agent/http/field_section.hpp"

namespace sallyport {

namespace {

// What a DNS name is made of. Percent-encoding and sub-delims are legal in a reg-name, but no API
// is called that, and they let one host be written in many ways.
constexpr OctetSet kHostOctets = letters_digits_and("-._~");
constexpr OctetSet kAddressOctets = exactly("0123456789abcdefABCDEF:.");

bool valid_port(std::string_view port) noexcept {
  unsigned value = 0;
  for (const char c : port) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > 65535) return false;
  }
  return !port.empty();
}

bool all_in(const OctetSet& set, std::string_view text) noexcept {
  for (const char c : text) {
    if (!in_set(set, c)) return false;
  }
  return !text.empty();
}

}  // namespace

bool valid_host(std::string_view host) noexcept {
  const bool literal = host.starts_with('[');
  const std::size_t name_end = literal ? host.find(']') : host.find(':');
  if (literal) {
    if (name_end == std::string_view::npos || name_end < 3) return false;
    const std::string_view address = host.substr(1, name_end - 1);
    if (!all_in(kAddressOctets, address) || address.find(':') == address.npos) return false;
    const std::string_view rest = host.substr(name_end + 1);
    return rest.empty() || (rest.front() == ':' && valid_port(rest.substr(1)));
  }
  if (!all_in(kHostOctets, host.substr(0, name_end))) return false;
  return name_end == std::string_view::npos || valid_port(host.substr(name_end + 1));
}

ParseResult check_target(std::string_view method, std::string_view target) noexcept {
  if (method == "CONNECT") return refuse(501, "CONNECT is not offered");
  if (target.starts_with('/')) return {ParseStatus::kDone, 0, 0, ""};
  if (target == "*" && method == "OPTIONS") return {ParseStatus::kDone, 0, 0, ""};
  return refuse(400, "the request target is not a path");
}

}  // namespace sallyport
