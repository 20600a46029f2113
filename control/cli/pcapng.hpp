// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport {

/// Blocks of a pcapng file (draft-ietf-opsawg-pcapng), little-endian, as bytes. A file is one
/// section, then each interface before its first packet. Pure.

/// `application`: who wrote it.
[[nodiscard]] std::string pcapng_section(std::string_view application);

/// Ethernet, nanoseconds. Interfaces are numbered from 0 in the order in which they are written.
[[nodiscard]] std::string pcapng_interface(std::string_view name, std::uint32_t most_captured);

struct CapturedPacket {
  std::uint32_t interface = 0;  // number
  std::uint64_t time_ns = 0;    // since 1970
  std::string_view bytes;       // as many as were captured
  std::uint32_t length = 0;     // on the wire
  std::string_view comment;
};

/// An incoming packet.
[[nodiscard]] std::string pcapng_packet(const CapturedPacket& packet);

}  // namespace sallyport
