// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <variant>

#include "agent/base/address.hpp"
#include "bpf/abi/verdict.h"
#include "tests/support/packet_builder.hpp"

namespace sallyport::test {

/// What the reference judge needs of a TCP segment or a UDP datagram. Ports in host byte order.
struct Segment {
  Address source;
  Address destination;
  bool is_v6 = false;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  bool is_udp = false;
  bool has_options = false;  // of IP
  std::uint8_t flags = 0;
  std::uint32_t sequence = 0;
  std::string payload = {};

  /// Asks for a connection. UDP: a long header of QUIC, padded.
  [[nodiscard]] bool opens() const {
    if (!is_udp) return (flags & (kSyn | kAck)) == kSyn;
    return payload.size() >= 1200 && (payload[0] & 0x80) != 0;
  }
  [[nodiscard]] bool closes() const { return !is_udp && (flags & (kFin | kRst)) != 0; }
};

/// The frame ends before something that it announces.
struct Cut : std::exception {};

/// A segment, or why the packet passes without one. Throws Cut.
[[nodiscard]] std::variant<Segment, sp_verdict> parse_packet(const Bytes& frame);

}  // namespace sallyport::test
