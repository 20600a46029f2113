// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "control/cli/command.hpp"
#include "control/cli/values.hpp"

namespace sallyport {

/// The options that limit a key: to create one, and to change one.
[[nodiscard]] std::vector<Parameter> limit_options();

/// As `parse`, and "none" for 0.
template <class Parse>
[[nodiscard]] auto parse_limit(const std::string& text, Parse parse) -> decltype(parse(text)) {
  if (text == "none") return parse("0");
  return parse(text);
}

/// Sets what the options say, in a request that has the fields. A rate without a burst has a
/// second's worth at once, except for requests.
template <class Request>
[[nodiscard]] Result<void> set_limits(const Invocation& invocation, Request& request) {
  if (invocation.has("--limit")) {
    auto rate = parse_limit(invocation.value("--limit"), parse_rate);
    if (!rate) return rate.error();
    request.set_limit_per_second(*rate);
  }
  if (invocation.has("--burst")) {
    auto burst = parse_number("--burst", invocation.value("--burst"));
    if (!burst) return burst.error();
    request.set_burst(*burst);
  }
  if (invocation.has("--packets")) {
    auto rate = parse_limit(invocation.value("--packets"), parse_rate);
    if (!rate) return rate.error();
    request.set_packets_per_second(*rate);
    request.set_packet_burst(*rate);
  }
  if (invocation.has("--packet-burst")) {
    auto burst = parse_number("--packet-burst", invocation.value("--packet-burst"));
    if (!burst) return burst.error();
    request.set_packet_burst(*burst);
  }
  if (invocation.has("--bytes")) {
    auto rate = parse_limit(invocation.value("--bytes"), parse_byte_rate);
    if (!rate) return rate.error();
    request.set_bytes_per_second(*rate);
    request.set_byte_burst(*rate);
  }
  if (invocation.has("--byte-burst")) {
    auto burst = parse_bytes(invocation.value("--byte-burst"));
    if (!burst) return burst.error();
    request.set_byte_burst(*burst);
  }
  if (invocation.has("--egress")) {
    auto rate = parse_limit(invocation.value("--egress"), parse_byte_rate);
    if (!rate) return rate.error();
    request.set_egress_per_second(*rate);
  }
  return {};
}

}  // namespace sallyport
