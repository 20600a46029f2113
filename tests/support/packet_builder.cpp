// SPDX-License-Identifier: Apache-2.0
#include "tests/support/packet_builder.hpp"

#include <arpa/inet.h>

#include <stdexcept>
#include <utility>

namespace sallyport::test {
namespace {

void put16(Bytes& out, unsigned value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void put32(Bytes& out, std::uint32_t value) {
  put16(out, value >> 16);
  put16(out, value & 0xffff);
}

void append(Bytes& out, const Bytes& more) {
  out.insert(out.end(), more.begin(), more.end());
}

Bytes address_bytes(const std::string& text, int family) {
  Bytes bytes(family == AF_INET ? 4 : 16);
  if (inet_pton(family, text.c_str(), bytes.data()) != 1) {
    throw std::invalid_argument("not an address: " + text);
  }
  return bytes;
}

bool is_v6(const std::string& address) {
  return address.find(':') != std::string::npos;
}

}  // namespace

PacketBuilder& PacketBuilder::from(std::string address, std::uint16_t port) {
  source_ = std::move(address);
  source_port_ = port;
  return *this;
}

PacketBuilder& PacketBuilder::to(std::string address, std::uint16_t port) {
  destination_ = std::move(address);
  destination_port_ = port;
  return *this;
}

PacketBuilder& PacketBuilder::flags(unsigned tcp_flags) {
  flags_ = tcp_flags;
  return *this;
}

PacketBuilder& PacketBuilder::payload(std::size_t bytes) {
  payload_ = std::string(bytes, 'x');
  return *this;
}

PacketBuilder& PacketBuilder::payload(std::string text) {
  payload_ = std::move(text);
  return *this;
}

PacketBuilder& PacketBuilder::numbers(std::uint32_t sequence, std::uint32_t acknowledged) {
  sequence_ = sequence;
  acknowledged_ = acknowledged;
  return *this;
}

PacketBuilder& PacketBuilder::udp() {
  is_udp_ = true;
  protocol_ = 17;
  return *this;
}

PacketBuilder& PacketBuilder::vlans(std::vector<std::uint16_t> protocols) {
  vlans_ = std::move(protocols);
  return *this;
}

PacketBuilder& PacketBuilder::ip_options(unsigned words) {
  ip_options_ = words;
  return *this;
}

PacketBuilder& PacketBuilder::tcp_options(unsigned words) {
  tcp_options_ = words;
  return *this;
}

PacketBuilder& PacketBuilder::extensions(std::vector<std::uint8_t> headers) {
  extensions_ = std::move(headers);
  return *this;
}

PacketBuilder& PacketBuilder::fragment(std::uint16_t flags_and_offset) {
  fragment_ = flags_and_offset;
  return *this;
}

PacketBuilder& PacketBuilder::protocol(std::uint8_t number) {
  protocol_ = number;
  return *this;
}

Bytes PacketBuilder::build() const {
  Bytes frame = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
  for (const auto protocol : vlans_) {
    put16(frame, protocol);
    put16(frame, 7);  // VLAN id
  }
  const bool v6 = is_v6(source_);
  put16(frame, v6 ? 0x86dd : 0x0800);
  append(frame, v6 ? ipv6(transport()) : ipv4(transport()));
  return frame;
}

Bytes PacketBuilder::transport() const {
  Bytes segment;
  put16(segment, source_port_);
  put16(segment, destination_port_);
  if (is_udp_) {
    put16(segment, static_cast<unsigned>(8 + payload_.size()));
    put16(segment, 0);
    segment.insert(segment.end(), payload_.begin(), payload_.end());
    return segment;
  }
  put32(segment, sequence_);
  put32(segment, acknowledged_);
  segment.push_back(static_cast<std::uint8_t>((5 + tcp_options_) << 4));
  segment.push_back(static_cast<std::uint8_t>(flags_));
  put16(segment, 64000);
  segment.resize(20 + tcp_options_ * 4, 0);
  segment.insert(segment.end(), payload_.begin(), payload_.end());
  return segment;
}

Bytes PacketBuilder::ipv4(const Bytes& segment) const {
  const unsigned header = 20 + ip_options_ * 4;
  Bytes packet;
  packet.push_back(static_cast<std::uint8_t>(0x40 | (header / 4)));
  packet.push_back(0);
  put16(packet, static_cast<unsigned>(header + segment.size()));
  put16(packet, 1);
  put16(packet, fragment_);
  packet.push_back(64);
  packet.push_back(protocol_);
  put16(packet, 0);
  append(packet, address_bytes(source_, AF_INET));
  append(packet, address_bytes(destination_, AF_INET));
  packet.resize(header, 1);  // no-operation options
  append(packet, segment);
  return packet;
}

Bytes PacketBuilder::ipv6(const Bytes& segment) const {
  Bytes chain;
  for (std::size_t i = 0; i < extensions_.size(); ++i) {
    chain.push_back(i + 1 < extensions_.size() ? extensions_[i + 1] : protocol_);
    chain.resize(chain.size() + 7, 0);  // 8 bytes: length 0 in units of 8, the first not counted
  }
  Bytes packet = {0x60, 0, 0, 0};
  put16(packet, static_cast<unsigned>(chain.size() + segment.size()));
  packet.push_back(extensions_.empty() ? protocol_ : extensions_.front());
  packet.push_back(64);
  append(packet, address_bytes(source_, AF_INET6));
  append(packet, address_bytes(destination_, AF_INET6));
  append(packet, chain);
  append(packet, segment);
  return packet;
}

}  // namespace sallyport::test
