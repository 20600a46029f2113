// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "agent/base/clock.hpp"
#include "tests/support/filter_fixture.hpp"

namespace sallyport::test {
namespace {

constexpr std::uint16_t kPort = 443;
constexpr std::uint16_t kService = 3;
constexpr std::size_t kEthernet = 14;

/// Everything is condemned: the connections of both packets, and their sources. What passes
/// here passes for the packet's own sake.
class OddPacketTest : public FilterFixture<testing::TestWithParam<Hook>> {
 protected:
  void arrange() override {
    filter_.declare_service("", kPort, kService);
    filter_.set_slot(5, 9, SP_DROP_KEY_REVOKED);
    for (const auto* source : {"192.0.2.7", "2001:db8:0:7::9"}) {
      filter_.bind(source, 40000, kService, {5, 9, 0});
    }
    filter_.ban("192.0.2.7", SP_NEVER, SP_DROP_SOURCE_BANNED);
    filter_.ban("2001:db8:0:7::", SP_NEVER, SP_DROP_SOURCE_BANNED);
    ASSERT_EQ(verdict(v4().build()), SP_DROP_KEY_REVOKED);
    ASSERT_EQ(verdict(v6().build()), SP_DROP_KEY_REVOKED);
  }

  static PacketBuilder v4() { return PacketBuilder{}; }
  static PacketBuilder v6() {
    return PacketBuilder{}.from("2001:db8:0:7::9", 40000).to("2001:db8::1", kPort);
  }

  sp_verdict verdict(const Bytes& frame) { return filter_.run(GetParam(), frame).verdict; }

  /// The frame with one byte of its IP packet changed.
  sp_verdict with_byte(PacketBuilder packet, std::size_t offset, std::uint8_t value) {
    auto frame = packet.build();
    frame.at(kEthernet + offset) = value;
    return verdict(frame);
  }
};

TEST_P(OddPacketTest, TcpHeaderBeyondTheIpLengthIsPaddingAndPasses) {
  EXPECT_EQ(with_byte(v4().payload(0), 3, 20), SP_PASS_UNPARSED);
  EXPECT_EQ(with_byte(v4().payload(0), 3, 39), SP_PASS_UNPARSED);
  EXPECT_EQ(with_byte(v4().payload(0), 3, 40), SP_DROP_KEY_REVOKED);
  EXPECT_EQ(with_byte(v6().payload(0), 5, 0), SP_PASS_UNPARSED);
  EXPECT_EQ(with_byte(v6().payload(0), 5, 19), SP_PASS_UNPARSED);
  EXPECT_EQ(with_byte(v6().payload(0).extensions({60}), 5, 27), SP_PASS_UNPARSED);
}

TEST_P(OddPacketTest, LinkPaddingAfterThePacketChangesNothing) {
  auto frame = v4().payload(0).build();
  frame.resize(frame.size() + 6, 0);
  EXPECT_EQ(verdict(frame), SP_DROP_KEY_REVOKED);
}

TEST_P(OddPacketTest, HeaderLengthsThatCannotBePass) {
  EXPECT_EQ(with_byte(v4(), 0, 0x44), SP_PASS_UNPARSED);              // IPv4 header of 16 bytes
  EXPECT_EQ(with_byte(v4(), 0, 0x65), SP_PASS_UNPARSED);              // IPv6 behind IPv4's type
  EXPECT_EQ(with_byte(v4().payload(8), 32, 0x40), SP_PASS_UNPARSED);  // TCP header of 16 bytes
  EXPECT_EQ(with_byte(v4().payload(8), 32, 0x80), SP_PASS_UNPARSED);  // of 32, 28 are there
  EXPECT_EQ(with_byte(v6(), 0, 0x40), SP_PASS_UNPARSED);
}

TEST_P(OddPacketTest, RoutingHeaderWithSegmentsLeftPasses) {
  EXPECT_EQ(verdict(v6().extensions({43}).build()), SP_DROP_KEY_REVOKED);
  EXPECT_EQ(with_byte(v6().extensions({43}), 40 + 3, 1), SP_PASS_UNPARSED);
  // The same byte of another header is an option's.
  EXPECT_EQ(with_byte(v6().extensions({60}), 40 + 3, 1), SP_DROP_KEY_REVOKED);
}

TEST_P(OddPacketTest, ExtensionLongerThanThePacketPasses) {
  EXPECT_EQ(with_byte(v6().extensions({0}), 40 + 1, 255), SP_PASS_UNPARSED);
}

TEST_P(OddPacketTest, MoreExtensionHeadersThanAreSteppedPass) {
  EXPECT_EQ(verdict(v6().extensions(std::vector<std::uint8_t>(7, 60)).build()), SP_PASS_UNPARSED);
}

TEST_P(OddPacketTest, OtherProtocolsPass) {
  for (const auto protocol : std::vector<std::uint8_t>{1, 50, 51, 132}) {
    EXPECT_EQ(verdict(v4().protocol(protocol).build()), SP_PASS_OTHER_PROTOCOL)
        << unsigned{protocol};
    EXPECT_EQ(verdict(v6().protocol(protocol).build()), SP_PASS_OTHER_PROTOCOL)
        << unsigned{protocol};
  }
  auto arp = v4().build();
  arp[12] = 0x08;
  arp[13] = 0x06;
  EXPECT_EQ(verdict(arp), SP_PASS_NOT_IP);
}

TEST_P(OddPacketTest, PacketsToOtherPortsAreNeverTouchedWhateverTheirFlags) {
  for (unsigned flags = 0; flags < 64; ++flags) {
    for (const auto port : std::vector<std::uint16_t>{22, 80, 444, 65535}) {
      ASSERT_EQ(verdict(v4().to("192.0.2.1", port).flags(flags).build()), SP_PASS_NOT_SERVICE);
      ASSERT_EQ(verdict(v6().to("2001:db8::1", port).flags(flags).build()), SP_PASS_NOT_SERVICE);
    }
  }
}

TEST_P(OddPacketTest, SynSupersedesTheBindingUntilItIsMadeAnew) {
  filter_.ban("192.0.2.7", 1, SP_DROP_SOURCE_BANNED);  // over
  EXPECT_EQ(verdict(v4().flags(kSyn | kAck).build()), SP_DROP_KEY_REVOKED);
  EXPECT_EQ(filter_.binding_of("192.0.2.7", 40000, kService).superseded, 0U);

  EXPECT_EQ(verdict(v4().flags(kSyn).build()), SP_PASS_UNJUDGED);
  EXPECT_EQ(filter_.binding_of("192.0.2.7", 40000, kService).superseded, 1U);
  EXPECT_EQ(verdict(v4().build()), SP_PASS_UNJUDGED);

  filter_.bind("192.0.2.7", 40000, kService, {5, 9, 0});
  EXPECT_EQ(verdict(v4().build()), SP_DROP_KEY_REVOKED);
}

TEST_P(OddPacketTest, UnboundPacketsOfABannedSourceAreDroppedWhateverTheirFlags) {
  for (const unsigned flags : {unsigned{kFin | kAck}, unsigned{kRst}, unsigned{kSyn}, 0U}) {
    EXPECT_EQ(verdict(v4().from("192.0.2.7", 1).flags(flags).build()), SP_DROP_SOURCE_BANNED);
  }
}

TEST_P(OddPacketTest, BanIsInForceUntilItsEndByTheKernelsClock) {
  const auto hour = std::chrono::nanoseconds(std::chrono::hours(1)).count();
  const auto packet = v4().from("192.0.2.8", 1).build();
  filter_.ban("192.0.2.8", boot_now() + static_cast<__u64>(hour), SP_DROP_SOURCE_OFFENDER);
  EXPECT_EQ(verdict(packet), SP_DROP_SOURCE_OFFENDER);
  filter_.ban("192.0.2.8", boot_now(), SP_DROP_SOURCE_OFFENDER);
  EXPECT_EQ(verdict(packet), SP_PASS_UNJUDGED);
}

TEST_P(OddPacketTest, ServiceOnOneAddressDoesNotTouchTheOthers) {
  filter_.declare_service("192.0.2.2", 8443, 9);
  filter_.ban("192.0.2.7", SP_NEVER, SP_DROP_SOURCE_BANNED);
  EXPECT_EQ(verdict(v4().to("192.0.2.2", 8443).build()), SP_DROP_SOURCE_BANNED);
  EXPECT_EQ(verdict(v4().to("192.0.2.3", 8443).build()), SP_PASS_NOT_SERVICE);
  // Another service's connection from the same port is another connection.
  filter_.ban("192.0.2.7", 1, SP_DROP_SOURCE_BANNED);
  EXPECT_EQ(verdict(v4().to("192.0.2.2", 8443).build()), SP_PASS_UNJUDGED);
  EXPECT_EQ(verdict(v4().build()), SP_DROP_KEY_REVOKED);
}

INSTANTIATE_TEST_SUITE_P(Hooks, OddPacketTest, testing::Values(Hook::kXdp, Hook::kTc),
                         [](const auto& hook) {
                           return std::string(hook.param == Hook::kXdp ? "Xdp" : "Tc");
                         });

}  // namespace
}  // namespace sallyport::test
