// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include "agent/base/clock.hpp"
#include "bpf/abi/limit.h"
#include "tests/support/filter_fixture.hpp"

namespace sallyport::test {
namespace {

constexpr std::uint16_t kPort = 443;
constexpr std::uint16_t kService = 3;
constexpr std::uint32_t kSlot = 5;
constexpr std::uint32_t kGeneration = 9;

/// What the service sends on a connection that is bound to slot 5.
class EgressTest : public FilterFixture<testing::Test> {
 protected:
  void arrange() override {
    filter_.declare_service("", kPort, kService);
    filter_.set_slot(kSlot, kGeneration, SP_PASS_BOUND);
    filter_.bind("192.0.2.7", 40000, kService, {kSlot, kGeneration, 0});
    filter_.bind("2001:db8:0:7::9", 40000, kService, {kSlot, kGeneration, 0});
  }

  static PacketBuilder v4() {
    return PacketBuilder{}.from("192.0.2.1", kPort).to("192.0.2.7", 40000).payload(100);
  }
  static PacketBuilder v6() {
    return PacketBuilder(v4()).from("2001:db8::1", kPort).to("2001:db8:0:7::9", 40000);
  }
  /// So long does a byte take.
  void limit(std::uint64_t ns_a_byte) {
    filter_.tables().slot_memory().slots[kSlot].egress_byte_cost = ns_a_byte << SP_BYTE_COST_SHIFT;
  }
  std::uint64_t clock() { return filter_.tables().slot_memory().clocks[kSlot].egress_ns; }
  sp_key_usage usage(std::uint32_t generation = kGeneration) {
    return filter_.tables().counters().usage(kSlot, generation).value();
  }
};

TEST_F(EgressTest, CountsThePayloadOfBothFamiliesForTheKey) {
  EXPECT_EQ(filter_.send(v4().build()).departure_ns, 0U);
  EXPECT_FALSE(filter_.send(v6().payload(50).build()).dropped);
  EXPECT_FALSE(filter_.send(v4().payload(0).flags(kAck).build()).dropped);
  EXPECT_EQ(usage().packets, 3U);
  EXPECT_EQ(usage().bytes, 150U);
  EXPECT_EQ(usage().delayed + usage().dropped, 0U);
}

TEST_F(EgressTest, WhatIsOfNoBoundConnectionIsNotLookedAt) {
  limit(kSecondNs);
  filter_.declare_service("", 80, 4, SP_MODE_OFF);
  filter_.bind("192.0.2.7", 40000, 4, {kSlot, kGeneration, 0});
  for (const auto& packet : {v4().to("192.0.2.7", 40001), v4().from("192.0.2.1", 444),
                             v4().from("192.0.2.1", 80), PacketBuilder(v4()).udp()}) {
    const auto sent = filter_.send(packet.build());
    EXPECT_FALSE(sent.dropped);
    EXPECT_EQ(sent.departure_ns, 0U);
  }
  // Not the client's own direction either.
  (void)filter_.send(PacketBuilder{}.build());
  EXPECT_EQ(usage().packets, 0U);
}

TEST_F(EgressTest, SupersededBindingAndStaleGenerationCountForNobody) {
  filter_.bind("192.0.2.7", 40000, kService, {kSlot, kGeneration - 1, 0});
  (void)filter_.send(v4().build());
  filter_.bind("192.0.2.7", 40000, kService, {kSlot, kGeneration, 1});
  (void)filter_.send(v4().build());
  filter_.bind("192.0.2.7", 40000, kService, {SP_OFFENDER_SLOT, 1, 0});
  (void)filter_.send(v4().build());
  EXPECT_EQ(usage().packets, 0U);
}

TEST_F(EgressTest, NextOwnerOfASlotBeginsAtZero) {
  (void)filter_.send(v4().build());
  filter_.set_slot(kSlot, kGeneration + 1, SP_PASS_BOUND);
  EXPECT_EQ(usage(kGeneration + 1).packets, 0U);
  filter_.bind("192.0.2.7", 40000, kService, {kSlot, kGeneration + 1, 0});
  (void)filter_.send(v4().build());
  EXPECT_EQ(usage(kGeneration + 1).bytes, 100U);
}

TEST_F(EgressTest, FramesDepartOneAfterTheOtherAtTheKeysRate) {
  limit(5'000'000);  // half a second for a frame
  const auto first = filter_.send(v4().build());
  EXPECT_EQ(first.departure_ns, 0U) << "at once";
  const auto end = clock();
  const auto second = filter_.send(v6().build());
  EXPECT_EQ(second.departure_ns, end);
  EXPECT_EQ(clock(), end + 500'000'000);
  EXPECT_EQ(usage().delayed, 1U);
  EXPECT_EQ(usage().bytes, 200U);
}

TEST_F(EgressTest, WhatCarriesNothingIsNeverHeld) {
  limit(5'000'000);
  (void)filter_.send(v4().build());
  const auto end = clock();
  EXPECT_EQ(filter_.send(v4().payload(0).flags(kAck).build()).departure_ns, 0U);
  EXPECT_EQ(clock(), end);
}

TEST_F(EgressTest, LaterDepartureThatTcpAskedForStays) {
  limit(5'000'000);
  (void)filter_.send(v4().build());
  const std::uint64_t later = clock() + kSecondNs;
  EXPECT_EQ(filter_.send(v4().build(), later).departure_ns, later);
}

TEST_F(EgressTest, BeyondTheHorizonItIsDroppedAndSpendsNothing) {
  limit(30'000'000);  // three seconds for a frame
  EXPECT_FALSE(filter_.send(v4().build()).dropped);
  const auto end = clock();
  EXPECT_TRUE(filter_.send(v4().build()).dropped);
  EXPECT_EQ(clock(), end);
  EXPECT_EQ(usage().dropped, 1U);
  EXPECT_EQ(usage().packets, 1U);
}

TEST_F(EgressTest, ObservingServiceSpendsAndLetsEverythingGo) {
  filter_.declare_service("", kPort, kService, SP_MODE_OBSERVE);
  limit(5'000'000);
  (void)filter_.send(v4().build());
  const auto second = filter_.send(v4().build());
  EXPECT_EQ(second.departure_ns, 0U);
  limit(30'000'000);
  (void)filter_.send(v4().build());
  EXPECT_FALSE(filter_.send(v4().build()).dropped);
  EXPECT_EQ(usage().packets, 4U);
  EXPECT_GE(usage().delayed, 1U);
  EXPECT_GE(usage().dropped, 1U);
}

}  // namespace
}  // namespace sallyport::test
