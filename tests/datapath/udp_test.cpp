// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include "agent/base/clock.hpp"
#include "tests/support/filter_fixture.hpp"

namespace sallyport::test {
namespace {

constexpr std::uint16_t kPort = 443;
constexpr std::uint16_t kService = 3;

class UdpTest : public FilterFixture<testing::TestWithParam<Hook>> {
 protected:
  void arrange() override {
    filter_.declare_service("", kPort, kService);
    filter_.declare_service("", kPort, kService, SP_MODE_ENFORCE, {.is_udp = true});
  }

  sp_verdict run(const PacketBuilder& packet) {
    return filter_.run(GetParam(), packet.build()).verdict;
  }
  static PacketBuilder v4() { return PacketBuilder{}.udp(); }
  static PacketBuilder v6() {
    return PacketBuilder{}.udp().from("2001:db8:0:7::9", 40000).to("2001:db8::1", kPort);
  }
  /// A long header and so much padding: how a QUIC client asks for a connection (RFC 9000).
  static std::string handshake(std::size_t bytes = 1200) {
    return "\xc3" + std::string(bytes - 1, '\0');
  }
};

TEST_P(UdpTest, SourceAndPrefixVerdictsHold) {
  EXPECT_EQ(run(v4()), SP_PASS_UNJUDGED);
  EXPECT_EQ(run(v6()), SP_PASS_UNJUDGED);
  filter_.ban("192.0.2.7", SP_NEVER, SP_DROP_SOURCE_BANNED);
  filter_.ban("2001:db8:0:7::", SP_NEVER, SP_DROP_SOURCE_OFFENDER);
  EXPECT_EQ(run(v4()), SP_DROP_SOURCE_BANNED);
  EXPECT_EQ(run(v6()), SP_DROP_SOURCE_OFFENDER);
  filter_.set_cidrs({"192.0.2.0/24"}, {"2001:db8::/32"});
  EXPECT_EQ(run(v4()), SP_PASS_CIDR_ALLOWED);
  EXPECT_EQ(run(v6()), SP_DROP_CIDR_DENIED);
}

TEST_P(UdpTest, BindingsAreOfTcpAlone) {
  filter_.set_slot(5, 9, SP_DROP_KEY_REVOKED);
  filter_.bind("192.0.2.7", 40000, kService, {5, 9, 0});
  EXPECT_EQ(run(v4()), SP_PASS_UNJUDGED);
  EXPECT_EQ(run(PacketBuilder{}), SP_DROP_KEY_REVOKED);
}

TEST_P(UdpTest, EachProtocolIsDeclaredByItself) {
  filter_.ban("192.0.2.7", SP_NEVER, SP_DROP_SOURCE_BANNED);
  filter_.declare_service("", 8443, 4);
  EXPECT_EQ(run(v4().to("192.0.2.1", 8443)), SP_PASS_NOT_SERVICE);
  filter_.declare_service("192.0.2.1", 8444, 5, SP_MODE_ENFORCE, {.is_udp = true});
  EXPECT_EQ(run(v4().to("192.0.2.1", 8444)), SP_DROP_SOURCE_BANNED);
  EXPECT_EQ(run(v4().to("192.0.2.2", 8444)), SP_PASS_NOT_SERVICE);
  EXPECT_EQ(run(PacketBuilder{}.to("192.0.2.1", 8444)), SP_PASS_NOT_SERVICE) << "TCP";
}

TEST_P(UdpTest, HandshakesOfQuicArePacedAndOtherDatagramsAreNot) {
  ASSERT_TRUE(filter_.tables().set_pace(3600 * kSecondNs, 0));
  EXPECT_EQ(run(v4().payload(handshake())), SP_PASS_UNJUDGED);
  EXPECT_EQ(run(v4().payload(handshake())), SP_DROP_SOURCE_PACED);
  EXPECT_EQ(run(v4().payload(handshake(1199))), SP_PASS_UNJUDGED) << "too short for one";
  EXPECT_EQ(run(v4().payload("\x43" + std::string(1300, '\0'))), SP_PASS_UNJUDGED)
      << "a short header: of an open connection";
  EXPECT_EQ(run(PacketBuilder{}.flags(kSyn)), SP_DROP_SOURCE_PACED) << "one pace for both";
}

TEST_P(UdpTest, LengthsThatCannotBePass) {
  filter_.ban("192.0.2.7", SP_NEVER, SP_DROP_SOURCE_BANNED);
  auto frame = v4().payload(20).build();
  const std::size_t length = 14 + 20 + 4;
  for (const unsigned said : {0U, 7U, 29U, 255U}) {
    frame.at(length + 1) = static_cast<std::uint8_t>(said);
    EXPECT_EQ(filter_.run(GetParam(), frame).verdict, SP_PASS_UNPARSED) << said;
  }
  for (const unsigned said : {8U, 27U, 28U}) {
    frame.at(length + 1) = static_cast<std::uint8_t>(said);
    EXPECT_EQ(filter_.run(GetParam(), frame).verdict, SP_DROP_SOURCE_BANNED) << said;
  }
}

INSTANTIATE_TEST_SUITE_P(Hooks, UdpTest, testing::Values(Hook::kXdp, Hook::kTc),
                         [](const auto& hook) {
                           return std::string(hook.param == Hook::kXdp ? "Xdp" : "Tc");
                         });

}  // namespace
}  // namespace sallyport::test
