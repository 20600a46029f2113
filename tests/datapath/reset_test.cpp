// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include "agent/base/clock.hpp"
#include "tests/support/filter_fixture.hpp"

namespace sallyport::test {
namespace {

constexpr std::uint16_t kPort = 443;
constexpr std::uint16_t kService = 3;
constexpr std::size_t kEthernet = 14;

unsigned u16(const Bytes& frame, std::size_t at) {
  return unsigned{frame.at(at)} << 8 | frame.at(at + 1);
}

/// As the receiver does it (RFC 1071): 0xffff where the checksum in it is right.
unsigned sum(const Bytes& bytes) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    total += std::uint64_t{bytes[i]} << (i % 2 == 0 ? 8 : 0);
  while (total > 0xffff) total = (total >> 16) + (total & 0xffff);
  return static_cast<unsigned>(total);
}

Bytes part(const Bytes& frame, std::size_t from, std::size_t length) {
  return Bytes(frame.begin() + static_cast<std::ptrdiff_t>(from),
               frame.begin() + static_cast<std::ptrdiff_t>(from + length));
}

/// Pseudo header and segment; `addresses`: where both begin, `tcp`: where TCP does.
Bytes summed(const Bytes& frame, std::size_t addresses, std::size_t tcp) {
  Bytes bytes = part(frame, addresses, tcp - addresses);
  const auto segment = part(frame, tcp, frame.size() - tcp);
  bytes.insert(bytes.end(), {0, 6, 0, static_cast<std::uint8_t>(segment.size())});
  bytes.insert(bytes.end(), segment.begin(), segment.end());
  return bytes;
}

/// The connections of both packets are condemned, and the service answers.
class ResetTest : public FilterFixture<testing::Test> {
 protected:
  void arrange() override {
    filter_.declare_service("", kPort, kService, SP_MODE_ENFORCE, {SP_SERVICE_RESETS});
    filter_.set_slot(5, 9, SP_DROP_KEY_REVOKED);
    for (const auto* source : {"192.0.2.7", "2001:db8:0:7::9"}) {
      filter_.bind(source, 40000, kService, {5, 9, 0});
    }
    pace(1, kSecondNs);
  }

  void pace(std::uint64_t cost_ns, std::uint64_t burst_ns) {
    ASSERT_TRUE(filter_.tables().set_resets(cost_ns, burst_ns));
  }

  static PacketBuilder v4() { return PacketBuilder{}.numbers(0x01020304, 0xa0b0c0d0); }
  static PacketBuilder v6() {
    return PacketBuilder(v4()).from("2001:db8:0:7::9", 40000).to("2001:db8::1", kPort);
  }
  Outcome run(const PacketBuilder& packet) { return filter_.run(Hook::kXdp, packet.build()); }
  bool is_answered(const PacketBuilder& packet) {
    const auto outcome = run(packet);
    EXPECT_TRUE(outcome.dropped);
    return outcome.answered;
  }
  std::uint64_t resets() {
    return filter_.tables().counters().counters().value()[SP_DROP_KEY_REVOKED].resets;
  }
};

TEST_F(ResetTest, Ipv4AnswerIsAResetThatTheClientTakes) {
  const auto frame = v4().payload(300).tcp_options(3).build();
  const auto answer = filter_.answer_to(frame);
  ASSERT_EQ(answer.size(), kEthernet + 40);
  EXPECT_EQ(part(answer, 0, 6), part(frame, 6, 6));
  EXPECT_EQ(part(answer, 6, 6), part(frame, 0, 6));
  EXPECT_EQ(u16(answer, kEthernet + 2), 40U);
  EXPECT_EQ(sum(part(answer, kEthernet, 20)), 0xffffU);
  EXPECT_EQ(part(answer, kEthernet + 12, 4), part(frame, kEthernet + 16, 4));
  EXPECT_EQ(part(answer, kEthernet + 16, 4), part(frame, kEthernet + 12, 4));
  EXPECT_GE(answer[kEthernet + 8], 32) << "hops";
  const auto tcp = kEthernet + 20;
  EXPECT_EQ(u16(answer, tcp), kPort);
  EXPECT_EQ(u16(answer, tcp + 2), 40000U);
  EXPECT_EQ(part(answer, tcp + 4, 4), (Bytes{0xa0, 0xb0, 0xc0, 0xd0}))
      << "what the client expects next (RFC 9293 section 3.10.7.1)";
  EXPECT_EQ(answer[tcp + 12], 0x50);
  EXPECT_EQ(answer[tcp + 13], kRst);
  EXPECT_EQ(sum(summed(answer, kEthernet + 12, tcp)), 0xffffU);
}

TEST_F(ResetTest, Ipv6AnswerIsAResetThatTheClientTakes) {
  const auto frame = v6().payload(300).build();
  const auto answer = filter_.answer_to(frame);
  ASSERT_EQ(answer.size(), kEthernet + 60);
  EXPECT_EQ(u16(answer, kEthernet + 4), 20U);
  EXPECT_EQ(part(answer, kEthernet + 8, 16), part(frame, kEthernet + 24, 16));
  EXPECT_EQ(part(answer, kEthernet + 24, 16), part(frame, kEthernet + 8, 16));
  const auto tcp = kEthernet + 40;
  EXPECT_EQ(u16(answer, tcp), kPort);
  EXPECT_EQ(u16(answer, tcp + 2), 40000U);
  EXPECT_EQ(part(answer, tcp + 4, 4), (Bytes{0xa0, 0xb0, 0xc0, 0xd0}));
  EXPECT_EQ(answer[tcp + 13], kRst);
  EXPECT_EQ(sum(summed(answer, kEthernet + 8, tcp)), 0xffffU);
}

TEST_F(ResetTest, TagsOfTheLinkStayOnTheAnswer) {
  const auto frame = v4().vlans({0x88a8, 0x8100}).build();
  const auto answer = filter_.answer_to(frame);
  ASSERT_EQ(answer.size(), kEthernet + 8 + 40);
  EXPECT_EQ(part(answer, 12, 10), part(frame, 12, 10));
}

TEST_F(ResetTest, ShortestFrameIsAnsweredToo) {
  EXPECT_TRUE(is_answered(v4().payload(0).flags(kAck)));
  EXPECT_TRUE(is_answered(v6().payload(0).flags(kAck)));
}

TEST_F(ResetTest, OnlyAnEstablishedConnectionIsAnswered) {
  EXPECT_TRUE(is_answered(v4()));
  EXPECT_FALSE(is_answered(v4().flags(kSyn | kAck)));
  EXPECT_FALSE(is_answered(v4().flags(0)));
  EXPECT_FALSE(is_answered(v4().flags(kPsh)));
  EXPECT_FALSE(run(v4().flags(kRst | kAck)).dropped);
  EXPECT_FALSE(run(v4().flags(kFin | kAck)).dropped);
  filter_.ban("192.0.2.7", SP_NEVER, SP_DROP_SOURCE_BANNED);
  EXPECT_EQ(run(v4().flags(kSyn)), (Outcome{.dropped = true, .verdict = SP_DROP_SOURCE_BANNED}));
}

TEST_F(ResetTest, VerdictsThatPassWithTimeAreNotAnswered) {
  filter_.ban("192.0.2.8", SP_NEVER, SP_DROP_SOURCE_BANNED);
  EXPECT_FALSE(is_answered(v4().from("192.0.2.8", 1)));
  filter_.set_slot(5, 9, SP_PASS_BOUND);
  const auto memory = filter_.tables().slot_memory();
  memory.slots[5].limits = {
      .packet_cost_ns = 1, .packet_burst_ns = 1, .byte_cost = 0, .byte_burst_ns = 0};
  memory.clocks[5].packets_ns = SP_NEVER;
  EXPECT_FALSE(is_answered(v4()));
}

TEST_F(ResetTest, FramesThatNoAnswerFitsIntoAreDroppedPlainly) {
  EXPECT_FALSE(is_answered(v4().ip_options(1)));
  EXPECT_FALSE(is_answered(v6().extensions({0})));
}

TEST_F(ResetTest, ServiceThatWasNotAskedToAnswersNothing) {
  filter_.declare_service("", kPort, kService, SP_MODE_ENFORCE, {});
  EXPECT_FALSE(is_answered(v4()));
  filter_.declare_service("", kPort, kService, SP_MODE_OBSERVE, {SP_SERVICE_RESETS});
  EXPECT_FALSE(run(v4()).dropped);
}

TEST_F(ResetTest, DeniedKeyInClearIsAnswered) {
  filter_.declare_service("", kPort, kService, SP_MODE_ENFORCE,
                          {SP_SERVICE_RESETS | SP_SERVICE_CLEARTEXT});
  filter_.set_key_headers(kService, {"x-api-key"});
  filter_.deny_key("bad");
  EXPECT_FALSE(run(v4().flags(kSyn).from("192.0.2.9", 1).numbers(10, 0).payload(0)).dropped);
  const auto outcome = run(v4().from("192.0.2.9", 1)
                               .numbers(11, 99)
                               .payload("GET / HTTP/1.1\r\nX-API-Key: bad\r\n\r\n"));
  EXPECT_EQ(outcome, (Outcome{.dropped = true, .verdict = SP_DROP_KEY_DENIED, .answered = true}));
}

TEST_F(ResetTest, AnswersKeepToTheirRateAndAreCounted) {
  const auto before = resets();
  pace(3600 * kSecondNs, 3600 * kSecondNs);
  EXPECT_TRUE(is_answered(v4()));
  EXPECT_TRUE(is_answered(v4()));
  EXPECT_FALSE(is_answered(v4())) << "spent";
  EXPECT_FALSE(is_answered(v4()));
  EXPECT_EQ(resets() - before, 2U);
  pace(0, 0);
  EXPECT_FALSE(is_answered(v4())) << "none is wanted";
}

TEST_F(ResetTest, TcDropsPlainly) {
  EXPECT_EQ(filter_.run(Hook::kTc, v4().build()),
            (Outcome{.dropped = true, .verdict = SP_DROP_KEY_REVOKED}));
}

}  // namespace
}  // namespace sallyport::test
