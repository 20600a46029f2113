// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <string>

#include <gtest/gtest.h>

#include "agent/base/clock.hpp"
#include "tests/support/filter_fixture.hpp"

namespace sallyport::test {
namespace {

constexpr std::uint16_t kService = 3;
constexpr std::uint32_t kSlot = 5;
constexpr std::uint32_t kGeneration = 9;
constexpr __u64 kHour = 3600 * kSecondNs;
constexpr __u64 kByteCost = 1ULL << SP_BYTE_COST_SHIFT;  // 1 ns a byte

/// A bound connection of each family, whose key is in good standing. A packet costs an hour where
/// nothing refills, so that no machine is too slow.
class KeyLimitsTest : public FilterFixture<testing::TestWithParam<Hook>> {
 protected:
  void arrange() override {
    filter_.declare_service("", 443, kService);
    filter_.set_slot(kSlot, kGeneration, SP_PASS_BOUND);
    filter_.bind("192.0.2.7", 40000, kService, {kSlot, kGeneration, 0});
    filter_.bind("2001:db8:0:7::9", 40000, kService, {kSlot, kGeneration, 0});
  }

  sp_limits& limits() { return filter_.tables().slot_memory().slots[kSlot].limits; }
  sp_key_clocks& clocks() { return filter_.tables().slot_memory().clocks[kSlot]; }

  static PacketBuilder v4() { return PacketBuilder{}; }
  static PacketBuilder v6() {
    return PacketBuilder{}.from("2001:db8:0:7::9", 40000).to("2001:db8::1", 443);
  }
  Outcome run(const PacketBuilder& packet) { return filter_.run(GetParam(), packet.build()); }
  void expect_passes(const PacketBuilder& packet) {
    EXPECT_TRUE(run(packet) == (Outcome{false, SP_PASS_BOUND, false}));
  }
  void expect_dropped(const PacketBuilder& packet, sp_verdict verdict) {
    EXPECT_TRUE(run(packet) == (Outcome{true, verdict, false}));
  }
};

TEST_P(KeyLimitsTest, KeyWithoutALimitMovesNoClock) {
  clocks().packets_ns = clocks().bytes_ns = SP_NEVER;
  expect_passes(v4());
  expect_passes(v6());
  EXPECT_EQ(clocks().packets_ns, SP_NEVER);
  EXPECT_EQ(clocks().bytes_ns, SP_NEVER);
}

TEST_P(KeyLimitsTest, BothFamiliesShareTheKeysPacketBudget) {
  limits() = {
      .packet_cost_ns = kHour, .packet_burst_ns = kHour, .byte_cost = 0, .byte_burst_ns = 0};
  expect_passes(v4());
  expect_passes(v6());
  for (int i = 0; i < 3; ++i) {
    const __u64 before = clocks().packets_ns;
    expect_dropped(v4(), SP_DROP_KEY_OVER_PACKETS);
    expect_dropped(v6(), SP_DROP_KEY_OVER_PACKETS);
    EXPECT_EQ(clocks().packets_ns, before) << "a refused packet spends nothing";
  }
}

TEST_P(KeyLimitsTest, BytesAreThoseOfTheTcpPayload) {
  limits() = {
      .packet_cost_ns = 0, .packet_burst_ns = 0, .byte_cost = kByteCost, .byte_burst_ns = kHour};
  const __u64 start = boot_now() + 60 * kSecondNs;
  clocks().bytes_ns = start;
  Bytes padded = v4().payload(100).build();
  padded.resize(padded.size() + 30);
  EXPECT_EQ(filter_.run(GetParam(), padded).verdict, SP_PASS_BOUND);
  EXPECT_EQ(clocks().bytes_ns, start + 100);
  expect_passes(v6().payload(7).extensions({0, 60}).tcp_options(10));
  EXPECT_EQ(clocks().bytes_ns, start + 107);
  expect_passes(v4().payload(0).ip_options(10));
  EXPECT_EQ(clocks().bytes_ns, start + 107) << "a bare acknowledgement is free";
}

TEST_P(KeyLimitsTest, BareAcknowledgementPassesOverTheByteRateButNotOverThePacketRate) {
  limits() = {
      .packet_cost_ns = 0, .packet_burst_ns = 0, .byte_cost = kByteCost, .byte_burst_ns = 0};
  clocks().bytes_ns = clocks().packets_ns = SP_NEVER;
  expect_passes(v4().payload(0).flags(kAck));
  expect_dropped(v4().payload(1).flags(kAck), SP_DROP_KEY_OVER_BYTES);
  limits().packet_cost_ns = 1;
  expect_dropped(v4().payload(0).flags(kAck), SP_DROP_KEY_OVER_PACKETS);
}

TEST_P(KeyLimitsTest, PacketOverItsBytesSpendsNoPacketEither) {
  limits() = {.packet_cost_ns = kSecondNs,
              .packet_burst_ns = kHour,
              .byte_cost = kByteCost,
              .byte_burst_ns = 0};
  clocks().bytes_ns = SP_NEVER;
  expect_dropped(v4(), SP_DROP_KEY_OVER_BYTES);
  EXPECT_EQ(clocks().packets_ns, 0U);
  EXPECT_EQ(clocks().bytes_ns, SP_NEVER);
}

TEST_P(KeyLimitsTest, FinAndRstPassOverTheLimitAndSpendWithinIt) {
  limits() = {.packet_cost_ns = kHour, .packet_burst_ns = 0, .byte_cost = 0, .byte_burst_ns = 0};
  expect_passes(v4().flags(kFin | kAck));
  const __u64 spent = clocks().packets_ns;
  EXPECT_GT(spent, boot_now());
  EXPECT_TRUE(run(v4().flags(kFin | kAck)) == (Outcome{false, SP_PASS_CLOSING, false}));
  EXPECT_TRUE(run(v6().flags(kRst)) == (Outcome{false, SP_PASS_CLOSING, false}));
  EXPECT_EQ(clocks().packets_ns, spent);
}

TEST_P(KeyLimitsTest, BudgetComesBackWithTime) {
  constexpr __u64 kBurst = kSecondNs;
  limits() = {.packet_cost_ns = 1, .packet_burst_ns = kBurst, .byte_cost = 0, .byte_burst_ns = 0};
  const __u64 conforms_at = boot_now() + kSecondNs / 20;
  clocks().packets_ns = conforms_at + kBurst;
  Outcome outcome;
  __u64 now = 0;
  do {
    outcome = run(v4());
    now = boot_now();
  } while (outcome.dropped && now < conforms_at + 60 * kSecondNs);
  EXPECT_EQ(outcome.verdict, SP_PASS_BOUND);
  EXPECT_GE(now, conforms_at);
}

TEST_P(KeyLimitsTest, ChangedLimitActsAtOnce) {
  limits() = {.packet_cost_ns = kHour, .packet_burst_ns = 0, .byte_cost = 0, .byte_burst_ns = 0};
  expect_passes(v4());
  expect_dropped(v4(), SP_DROP_KEY_OVER_PACKETS);
  limits().packet_burst_ns = 2 * kHour;
  expect_passes(v4());
  limits().packet_burst_ns = kHour;
  expect_dropped(v4(), SP_DROP_KEY_OVER_PACKETS);
  limits().packet_cost_ns = 0;
  expect_passes(v4());
}

TEST_P(KeyLimitsTest, ObserveModeSpendsAndOnlyCounts) {
  filter_.declare_service("", 443, kService, SP_MODE_OBSERVE);
  limits() = {.packet_cost_ns = kHour, .packet_burst_ns = 0, .byte_cost = 0, .byte_burst_ns = 0};
  expect_passes(v4());
  EXPECT_GT(clocks().packets_ns, boot_now());
  EXPECT_TRUE(run(v4()) == (Outcome{false, SP_DROP_KEY_OVER_PACKETS, true}));
}

TEST_P(KeyLimitsTest, PacketThatTheKeyDoesNotJudgeSpendsNothing) {
  limits() = {.packet_cost_ns = kHour,
              .packet_burst_ns = kHour,
              .byte_cost = kByteCost,
              .byte_burst_ns = kHour};
  filter_.set_slot(kSlot, kGeneration + 1, SP_PASS_BOUND);
  EXPECT_EQ(run(v4()).verdict, SP_PASS_UNJUDGED);
  filter_.set_slot(kSlot, kGeneration, SP_DROP_KEY_REVOKED);
  EXPECT_EQ(run(v4()).verdict, SP_DROP_KEY_REVOKED);
  filter_.set_slot(kSlot, kGeneration, SP_DROP_KEY_OVER_BYTES);
  EXPECT_EQ(run(v4()).verdict, SP_PASS_UNJUDGED) << "no slot may say that by itself";
  filter_.set_slot(kSlot, kGeneration, SP_PASS_BOUND);
  filter_.declare_service("", 443, kService, SP_MODE_OFF);
  EXPECT_EQ(run(v4()).verdict, SP_PASS_OFF);
  EXPECT_EQ(clocks().packets_ns, 0U);
  EXPECT_EQ(clocks().bytes_ns, 0U);
}

INSTANTIATE_TEST_SUITE_P(Hooks, KeyLimitsTest, testing::Values(Hook::kXdp, Hook::kTc),
                         [](const auto& hook) {
                           return std::string(hook.param == Hook::kXdp ? "Xdp" : "Tc");
                         });

class MergedPacketsTest : public FilterFixture<testing::Test> {
  void arrange() override {
    filter_.declare_service("", 443, kService);
    filter_.set_slot(kSlot, kGeneration, SP_PASS_BOUND);
    filter_.bind("192.0.2.7", 40000, kService, {kSlot, kGeneration, 0});
  }
};

TEST_F(MergedPacketsTest, FrameOfThreePacketsSpendsThree) {
  auto memory = filter_.tables().slot_memory();
  memory.slots[kSlot].limits = {
      .packet_cost_ns = kSecondNs, .packet_burst_ns = kHour, .byte_cost = 0, .byte_burst_ns = 0};
  const __u64 start = boot_now() + 60 * kSecondNs;
  memory.clocks[kSlot].packets_ns = start;
  __sk_buff context{};
  context.gso_segs = 3;
  EXPECT_EQ(filter_.run_tc(PacketBuilder{}.build(), context), TC_ACT_UNSPEC);
  EXPECT_EQ(memory.clocks[kSlot].packets_ns, start + 3 * kSecondNs);
}

}  // namespace
}  // namespace sallyport::test
