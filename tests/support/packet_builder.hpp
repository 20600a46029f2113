// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sallyport::test {

using Bytes = std::vector<std::uint8_t>;

enum TcpFlag : std::uint8_t { kFin = 1, kSyn = 2, kRst = 4, kPsh = 8, kAck = 16 };

/// Builds one Ethernet frame with TCP or UDP inside, headers first to last. Addresses are from the
/// documentation ranges (RFC 5737, RFC 3849). Checksums are left zero: the outer door does not
/// verify them.
class PacketBuilder {
 public:
  PacketBuilder& from(std::string address, std::uint16_t port);
  PacketBuilder& to(std::string address, std::uint16_t port);
  PacketBuilder& flags(unsigned tcp_flags);
  PacketBuilder& numbers(std::uint32_t sequence, std::uint32_t acknowledged);
  PacketBuilder& payload(std::size_t bytes);
  PacketBuilder& payload(std::string text);
  /// UDP in place of TCP; what is TCP's alone is ignored.
  PacketBuilder& udp();
  /// Tags in front, outermost first: 0x8100 or 0x88a8.
  PacketBuilder& vlans(std::vector<std::uint16_t> protocols);
  /// IPv4 options or TCP options, in units of 4 bytes.
  PacketBuilder& ip_options(unsigned words);
  PacketBuilder& tcp_options(unsigned words);
  /// IPv6 extension headers in order (next-header numbers; 44 is a fragment header).
  PacketBuilder& extensions(std::vector<std::uint8_t> headers);
  PacketBuilder& fragment(std::uint16_t flags_and_offset);  // IPv4
  PacketBuilder& protocol(std::uint8_t number);             // said in place of TCP

  [[nodiscard]] Bytes build() const;

 private:
  [[nodiscard]] Bytes transport() const;
  [[nodiscard]] Bytes ipv4(const Bytes& segment) const;
  [[nodiscard]] Bytes ipv6(const Bytes& segment) const;

  std::string source_ = "192.0.2.7";
  std::string destination_ = "192.0.2.1";
  std::uint16_t source_port_ = 40000;
  std::uint16_t destination_port_ = 443;
  unsigned flags_ = kAck | kPsh;
  std::uint32_t sequence_ = 0;
  std::uint32_t acknowledged_ = 0;
  std::string payload_ = std::string(32, 'x');
  std::vector<std::uint16_t> vlans_;
  unsigned ip_options_ = 0;
  unsigned tcp_options_ = 0;
  std::vector<std::uint8_t> extensions_;
  std::uint16_t fragment_ = 0;
  std::uint8_t protocol_ = 6;
  bool is_udp_ = false;
};

}  // namespace sallyport::test
