// SPDX-License-Identifier: Apache-2.0
#include "tools/trafficgen/frame.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>

#include <cstddef>
#include <cstring>
#include <span>

namespace sallyport::trafficgen {
namespace {

/// Of up to 2^16 words: can't overflow.
std::uint32_t sum_of(std::span<const std::uint8_t> bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    std::uint16_t word = 0;
    std::memcpy(&word, &bytes[i], std::min<std::size_t>(2, bytes.size() - i));
    sum += word;
  }
  return sum;
}

template <class Header>
void append(std::vector<std::uint8_t>& out, const Header& header) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&header);
  out.insert(out.end(), bytes, bytes + sizeof header);
}

void append_ethernet(const Options& options, const MacAddress& from, const MacAddress& to,
                     Frame& frame) {
  ethhdr ethernet{};
  std::memcpy(ethernet.h_dest, to.data(), to.size());
  std::memcpy(ethernet.h_source, from.data(), from.size());
  ethernet.h_proto = htons(options.source.is_v4() ? ETH_P_IP : ETH_P_IPV6);
  append(frame.bytes, ethernet);
}

void append_v4(const Options& options, std::size_t tcp_bytes, Frame& frame) {
  iphdr ip{};
  ip.version = 4;
  ip.ihl = 5;
  ip.tot_len = htons(static_cast<std::uint16_t>(sizeof ip + tcp_bytes));
  ip.ttl = 64;
  ip.protocol = IPPROTO_TCP;
  std::memcpy(&ip.daddr, &options.destination.bytes[12], 4);
  const auto at = static_cast<std::uint32_t>(frame.bytes.size());
  append(frame.bytes, ip);
  frame.source_at = at + static_cast<std::uint32_t>(offsetof(iphdr, saddr));
  frame.ip_check_at = at + static_cast<std::uint32_t>(offsetof(iphdr, check));
  frame.ip_sum = sum_of(std::span(frame.bytes).subspan(at));
}

void append_v6(const Options& options, std::size_t tcp_bytes, Frame& frame) {
  ipv6hdr ip{};
  ip.version = 6;
  ip.payload_len = htons(static_cast<std::uint16_t>(tcp_bytes));
  ip.nexthdr = IPPROTO_TCP;
  ip.hop_limit = 64;
  const std::size_t varying = options.varies_subnet ? 4 : 12;
  std::memcpy(&ip.saddr, options.source.bytes.data(), sizeof ip.saddr);
  std::memset(reinterpret_cast<std::uint8_t*>(&ip.saddr) + varying, 0, 4);
  std::memcpy(&ip.daddr, options.destination.bytes.data(), sizeof ip.daddr);
  const auto at = frame.bytes.size();
  append(frame.bytes, ip);
  frame.source_at = static_cast<std::uint32_t>(at + offsetof(ipv6hdr, saddr) + varying);
}

std::uint32_t word_at(const Address& address, std::size_t at) {
  std::uint32_t word = 0;
  std::memcpy(&word, &address.bytes[at], sizeof word);
  return ntohl(word);
}

/// RFC 9293 section 3.1: addresses, length and protocol count too.
std::uint32_t pseudo_sum(const Frame& frame, std::size_t tcp_at, bool is_v4) {
  const std::size_t addresses = is_v4 ? 8 : 32;
  const auto length = static_cast<std::uint16_t>(frame.bytes.size() - tcp_at);
  return sum_of(std::span(frame.bytes).subspan(tcp_at - addresses, addresses)) + htons(length) +
         htons(IPPROTO_TCP);
}

void append_tcp(const Options& options, Frame& frame) {
  tcphdr tcp{};
  tcp.dest = htons(options.destination_port);
  tcp.seq = htonl(options.sequence);
  tcp.doff = sizeof tcp / 4;
  tcp.window = htons(65535);
  const auto at = static_cast<std::uint32_t>(frame.bytes.size());
  append(frame.bytes, tcp);
  frame.bytes[at + 13] = options.tcp_flags;
  frame.bytes.insert(frame.bytes.end(), options.payload.begin(), options.payload.end());
  frame.port_at = at + static_cast<std::uint32_t>(offsetof(tcphdr, source));
  frame.tcp_check_at = at + static_cast<std::uint32_t>(offsetof(tcphdr, check));
  frame.tcp_sum =
      sum_of(std::span(frame.bytes).subspan(at)) + pseudo_sum(frame, at, options.source.is_v4());
}

}  // namespace

Frame make_frame(const Options& options, const MacAddress& from, const MacAddress& to) {
  Frame frame;
  const std::size_t tcp_bytes = sizeof(tcphdr) + options.payload.size();
  append_ethernet(options, from, to, frame);
  if (options.source.is_v4()) {
    append_v4(options, tcp_bytes, frame);
  } else {
    append_v6(options, tcp_bytes, frame);
  }
  append_tcp(options, frame);
  const bool subnet = !options.source.is_v4() && options.varies_subnet;
  frame.first_source = word_at(options.source, subnet ? 4 : 12);
  return frame;
}

}  // namespace sallyport::trafficgen
