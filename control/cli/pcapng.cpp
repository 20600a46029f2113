// SPDX-License-Identifier: Apache-2.0
#include "control/cli/pcapng.hpp"

namespace sallyport {
namespace {

enum BlockType : std::uint32_t {
  kSectionHeader = 0x0A0D0D0A,
  kInterfaceDescription = 1,
  kEnhancedPacket = 6,
};

enum Option : std::uint16_t {
  kEndOfOptions = 0,
  kComment = 1,
  kInterfaceName = 2,
  kPacketFlags = 2,
  kApplication = 4,
  kTimeResolution = 9,
};

constexpr std::uint32_t kByteOrderMagic = 0x1A2B3C4D;
constexpr std::uint16_t kEthernet = 1;
constexpr char kNanoseconds = 9;  // 10^-9 s
constexpr std::uint32_t kInbound = 1;
constexpr std::size_t kMostOptionBytes = 65535;

template <class Number>
void put(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    out += static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i) & 0xff);
  }
}

void put_padded(std::string& out, std::string_view bytes) {
  out += bytes;
  out.append((4 - bytes.size() % 4) % 4, '\0');
}

void put_option(std::string& out, Option option, std::string_view value) {
  value = value.substr(0, kMostOptionBytes);
  put(out, static_cast<std::uint16_t>(option));
  put(out, static_cast<std::uint16_t>(value.size()));
  put_padded(out, value);
}

/// Type and length in front, end of options and length behind.
std::string block(BlockType type, std::string body) {
  put_option(body, kEndOfOptions, {});
  const auto length = static_cast<std::uint32_t>(body.size() + 12);
  std::string out;
  put(out, static_cast<std::uint32_t>(type));
  put(out, length);
  out += body;
  put(out, length);
  return out;
}

}  // namespace

std::string pcapng_section(std::string_view application) {
  std::string body;
  put(body, kByteOrderMagic);
  put(body, std::uint16_t{1});  // version 1.0
  put(body, std::uint16_t{0});
  put(body, ~std::uint64_t{0});  // its length is not known
  put_option(body, kApplication, application);
  return block(kSectionHeader, std::move(body));
}

std::string pcapng_interface(std::string_view name, std::uint32_t most_captured) {
  std::string body;
  put(body, kEthernet);
  put(body, std::uint16_t{0});
  put(body, most_captured);
  put_option(body, kInterfaceName, name);
  put_option(body, kTimeResolution, {&kNanoseconds, 1});
  return block(kInterfaceDescription, std::move(body));
}

std::string pcapng_packet(const CapturedPacket& packet) {
  std::string body;
  put(body, packet.interface);
  put(body, static_cast<std::uint32_t>(packet.time_ns >> 32));
  put(body, static_cast<std::uint32_t>(packet.time_ns));
  put(body, static_cast<std::uint32_t>(packet.bytes.size()));
  put(body, packet.length);
  put_padded(body, packet.bytes);
  put_option(body, kComment, packet.comment);
  std::string flags;
  put(flags, kInbound);
  put_option(body, kPacketFlags, flags);
  return block(kEnhancedPacket, std::move(body));
}

}  // namespace sallyport
