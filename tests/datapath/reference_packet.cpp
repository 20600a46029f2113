// SPDX-License-Identifier: Apache-2.0
#include "tests/datapath/reference_packet.hpp"

namespace sallyport::test {
namespace {

/// Reads in network byte order; throws Cut rather than leave the frame.
class Reader {
 public:
  explicit Reader(const Bytes& frame) : frame_(frame) {}
  [[nodiscard]] std::uint8_t u8(std::size_t at) const {
    if (at >= frame_.size()) throw Cut{};
    return frame_[at];
  }
  [[nodiscard]] std::uint16_t u16(std::size_t at) const {
    return static_cast<std::uint16_t>(u8(at) << 8 | u8(at + 1));
  }
  [[nodiscard]] Address address(std::size_t at, std::size_t bytes) const {
    Address address;
    if (bytes == 4) address.bytes[10] = address.bytes[11] = 0xff;
    for (std::size_t i = 0; i < bytes; ++i) address.bytes[16 - bytes + i] = u8(at + i);
    return address;
  }
  [[nodiscard]] std::uint32_t u32(std::size_t at) const {
    return std::uint32_t{u16(at)} << 16 | u16(at + 2);
  }
  [[nodiscard]] std::string text(std::size_t at, std::size_t bytes) const {
    need(at + bytes);
    return {frame_.begin() + static_cast<std::ptrdiff_t>(at),
            frame_.begin() + static_cast<std::ptrdiff_t>(at + bytes)};
  }
  void need(std::size_t end) const {
    if (end > frame_.size()) throw Cut{};
  }

 private:
  const Bytes& frame_;
};

/// `left`: bytes of the IP packet from `at` on.
void read_tcp(const Reader& in, std::size_t at, std::size_t left, Segment& out) {
  in.need(at + 20);
  const std::size_t header = std::size_t{in.u8(at + 12)} / 16 * 4;
  if (header < 20 || header > left) throw Cut{};
  in.need(at + header);
  out.source_port = in.u16(at);
  out.destination_port = in.u16(at + 2);
  out.flags = in.u8(at + 13);
  out.sequence = in.u32(at + 4);
  out.payload = in.text(at + header, left - header);
}

void read_udp(const Reader& in, std::size_t at, std::size_t left, Segment& out) {
  in.need(at + 8);
  const std::size_t length = in.u16(at + 4);
  if (length < 8 || length > left) throw Cut{};
  out.source_port = in.u16(at);
  out.destination_port = in.u16(at + 2);
  out.is_udp = true;
  out.payload = in.text(at + 8, length - 8);
}

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;

void read_transport(const Reader& in, std::uint8_t protocol, std::size_t at, std::size_t left,
                    Segment& out) {
  protocol == kUdp ? read_udp(in, at, left, out) : read_tcp(in, at, left, out);
}

using Parsed = std::variant<Segment, sp_verdict>;

Parsed read_v4(const Reader& in, std::size_t at) {
  in.need(at + 20);
  const std::size_t header = in.u8(at) % 16 * 4U;
  const std::size_t total = in.u16(at + 2);
  if (in.u8(at) / 16 != 4 || header < 20 || total < header) throw Cut{};
  in.need(at + total);
  const bool more_fragments = (in.u16(at + 6) & 0x2000) != 0;
  const unsigned offset = in.u16(at + 6) & 0x1fff;
  if (more_fragments || offset != 0) return SP_PASS_FRAGMENT;
  const std::uint8_t protocol = in.u8(at + 9);
  if (protocol != kTcp && protocol != kUdp) return SP_PASS_OTHER_PROTOCOL;
  Segment segment{.source = in.address(at + 12, 4), .destination = in.address(at + 16, 4)};
  segment.has_options = header > 20;
  read_transport(in, protocol, at + header, total - header, segment);
  return segment;
}

Parsed read_v6(const Reader& in, std::size_t at) {
  in.need(at + 40);
  if (in.u8(at) / 16 != 6) throw Cut{};
  std::size_t left = in.u16(at + 4);
  in.need(at + 40 + left);
  Segment segment{
      .source = in.address(at + 8, 16), .destination = in.address(at + 24, 16), .is_v6 = true};
  std::uint8_t next = in.u8(at + 6);
  at += 40;
  segment.has_options = next != kTcp && next != kUdp;
  for (int headers = 0; next != kTcp && next != kUdp; ++headers) {
    if (next == 44) return SP_PASS_FRAGMENT;
    if (next != 0 && next != 43 && next != 60) return SP_PASS_OTHER_PROTOCOL;
    in.need(at + 4);
    const std::size_t size = (in.u8(at + 1) + 1U) * 8;
    const bool is_for_another = next == 43 && in.u8(at + 3) != 0;
    if (size > left || is_for_another || headers == 6) throw Cut{};
    next = in.u8(at);
    at += size;
    left -= size;
  }
  read_transport(in, next, at, left, segment);
  return segment;
}

}  // namespace

std::variant<Segment, sp_verdict> parse_packet(const Bytes& frame) {
  const Reader in(frame);
  std::size_t at = 14;
  in.need(at);
  std::uint16_t protocol = in.u16(12);
  for (int tags = 0; tags < 2 && (protocol == 0x8100 || protocol == 0x88a8); ++tags) {
    in.need(at + 4);
    protocol = in.u16(at + 2);
    at += 4;
  }
  if (protocol == 0x0800) return read_v4(in, at);
  if (protocol == 0x86dd) return read_v6(in, at);
  return SP_PASS_NOT_IP;
}

}  // namespace sallyport::test
