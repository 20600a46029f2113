// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "agent/base/address.hpp"
#include "agent/base/result.hpp"

namespace sallyport::trafficgen {

using MacAddress = std::array<std::uint8_t, 6>;

[[nodiscard]] std::optional<MacAddress> parse_mac(const std::string& text);
[[nodiscard]] std::string to_string(const MacAddress& mac);

/// What the command line asks for.
struct Options {
  std::string interface;
  std::optional<MacAddress> destination_mac;  // none: the peer's
  Address source;
  bool varies_subnet = false;  // of an IPv6 source: its /64 instead of its last 32 bits
  std::uint32_t sources = 1;
  std::uint16_t source_port = 1024;
  std::uint32_t flows = 1;  // source ports for each source
  Address destination;
  std::uint16_t destination_port = 0;
  std::uint8_t tcp_flags = 0;
  std::uint32_t sequence = 1;
  std::string payload;
  std::uint64_t count = 0;    // 0: no limit
  double seconds = 0;         // 0: no limit
  std::uint64_t rate = 0;     // frames a second; 0: as many as the core can
  std::uint64_t burst = 128;  // of overdue frames at a limited rate, where that is more than 10 ms
  int cpu = -1;               // -1: wherever the kernel puts it
  bool random = false;
};

/// The options, or the exit status of a run that only had to print help.
[[nodiscard]] Result<std::variant<Options, int>> parse_options(int argc, char** argv);

}  // namespace sallyport::trafficgen
