// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/packet/form.hpp"

#include <fmt/format.h>

#include <cstring>

#include "tools/trafficgen/frame.hpp"

namespace sallyport::bench {
namespace {

constexpr std::uint8_t kSyn = 0x02, kPsh = 0x08, kAck = 0x10;

/// As curl writes it.
const std::string kRequest =
    "GET /v1/things/42 HTTP/1.1\r\nHost: api.example\r\nUser-Agent: curl/7.88.1\r\n"
    "Accept: */*\r\nX-API-Key: " +
    std::string(kDeniedKey) + "\r\n\r\n";

}  // namespace

const Form kAcks = {"ack", kAck, 1, "", false};
const Form kSyns = {"syn", kSyn, 1, "", true};
const Form kRequests = {"psh-ack", kPsh | kAck, 1, kRequest, true};

Form opening_of(const Form& form) {
  return {"syn", kSyn, form.sequence - 1, "", false};
}

std::vector<std::uint8_t> first_packet(const Traffic& traffic, const Form& form) {
  trafficgen::Options options;
  options.source = traffic.first_source;
  options.source_port = traffic.first_port;
  options.destination = traffic.destination;
  options.destination_port = traffic.port;
  options.tcp_flags = form.tcp_flags;
  options.sequence = form.sequence;
  options.payload = form.payload;
  auto frame = trafficgen::make_frame(options, {}, {});
  const auto port = __builtin_bswap16(traffic.first_port);
  std::memcpy(&frame.bytes[frame.source_at], &traffic.first_source.bytes[12], 4);
  std::memcpy(&frame.bytes[frame.port_at], &port, sizeof port);
  return frame.bytes;
}

std::string words_of(const Form& form, const std::string& payload_file) {
  auto words = fmt::format(R"(["--flags","{}","--sequence","{}")", form.flags, form.sequence);
  if (!form.payload.empty()) words += fmt::format(R"(,"--payload-file","{}")", payload_file);
  return words + "]";
}

}  // namespace sallyport::bench
