// SPDX-License-Identifier: Apache-2.0
#include "bpf/abi/event.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "agent/base/clock.hpp"
#include "tests/support/filter_fixture.hpp"

namespace sallyport::test {
namespace {

constexpr std::uint16_t kPort = 443;
constexpr std::uint16_t kService = 3;
constexpr std::size_t kHeaders = 14 + 20 + 20;  // Ethernet, IPv4, TCP

/// Port 40000 is of a revoked key, 40001 of a good one; 192.0.2.8 is banned.
class EventTest : public FilterFixture<testing::TestWithParam<Hook>> {
 protected:
  void arrange() override {
    // What is sampled is counted on each CPU for itself.
    cpu_set_t here;
    CPU_ZERO(&here);
    CPU_SET(static_cast<std::size_t>(::sched_getcpu()), &here);
    ASSERT_EQ(::sched_setaffinity(0, sizeof(here), &here), 0);
    filter_.declare_service("", kPort, kService);
    filter_.set_slot(5, 9, SP_DROP_KEY_REVOKED);
    filter_.set_slot(6, 2, SP_PASS_BOUND);
    for (const auto* source : {"192.0.2.7", "2001:db8:0:7::9"}) {
      filter_.bind(source, 40000, kService, {5, 9, 0});
      filter_.bind(source, 40001, kService, {6, 2, 0});
    }
    filter_.ban("192.0.2.8", SP_NEVER, SP_DROP_SOURCE_BANNED);
  }

  void run(const PacketBuilder& packet, unsigned times = 1) {
    const auto frame = packet.build();
    while (times-- > 0) (void)filter_.run(GetParam(), frame);
  }
  static PacketBuilder revoked() { return PacketBuilder{}.from("192.0.2.7", 40000); }
  static PacketBuilder good() { return PacketBuilder{}.from("192.0.2.7", 40001); }
  static PacketBuilder banned() { return PacketBuilder{}.from("192.0.2.8", 40000); }

  std::vector<sp_event> one_of(const PacketBuilder& packet) {
    filter_.sample(1, 1);
    run(packet);
    return filter_.events();
  }
};

TEST_P(EventTest, SaysWhatBecameOfWhichPacketAndWhichSlotJudged) {
  const auto before = boot_now();
  const auto events = one_of(revoked().payload(700));
  ASSERT_EQ(events.size(), 1U);
  const auto& event = events[0];
  EXPECT_EQ(event.verdict, SP_DROP_KEY_REVOKED);
  EXPECT_EQ(event.dropped, 1);
  EXPECT_EQ(event.family, 4);
  EXPECT_EQ(event.protocol, IPPROTO_TCP);
  EXPECT_EQ(Address::from_abi(event.source).to_string(), "192.0.2.7");
  EXPECT_EQ(Address::from_abi(event.local).to_string(), "192.0.2.1");
  EXPECT_EQ(ntohs(event.source_port), 40000);
  EXPECT_EQ(ntohs(event.local_port), kPort);
  EXPECT_EQ(event.service_id, kService);
  EXPECT_EQ(event.slot, 5U);
  EXPECT_EQ(event.generation, 9U);
  EXPECT_EQ(event.frame_bytes, kHeaders + 700);
  EXPECT_GE(event.time_ns, before);
  EXPECT_LE(event.time_ns, boot_now());
}

TEST_P(EventTest, SaysTheSameOfIPv6) {
  const auto events =
      one_of(PacketBuilder{}.from("2001:db8:0:7::9", 40000).to("2001:db8::1", kPort));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].family, 6);
  EXPECT_EQ(Address::from_abi(events[0].source).to_string(), "2001:db8:0:7::9");
  EXPECT_EQ(Address::from_abi(events[0].local).to_string(), "2001:db8::1");
  EXPECT_EQ(events[0].slot, 5U);
  EXPECT_EQ(events[0].generation, 9U);
  EXPECT_EQ(events[0].captured, 14 + 40 + 20);
}

TEST_P(EventTest, HoldsTheHeadersAndNotAByteOfPayload) {
  filter_.sample(1);
  for (const unsigned options : {0U, 10U}) {
    const auto frame = revoked().tcp_options(options).payload(200).build();
    (void)filter_.run(GetParam(), frame);
    const auto events = filter_.events();
    ASSERT_EQ(events.size(), 1U);
    const std::size_t headers = kHeaders + 4 * options;
    ASSERT_EQ(events[0].captured, headers);
    EXPECT_TRUE(std::equal(events[0].frame, events[0].frame + headers, frame.begin()));
    EXPECT_TRUE(std::all_of(events[0].frame + headers, std::end(events[0].frame),
                            [](std::uint8_t byte) { return byte == 0; }));
  }
}

TEST_P(EventTest, HeadersBeyondTheRecordAreCut) {
  const auto events =
      one_of(revoked().vlans({0x88a8, 0x8100}).ip_options(10).tcp_options(10).payload(100));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].captured, SP_EVENT_BYTES);
  EXPECT_EQ(events[0].slot, 5U);
}

TEST_P(EventTest, VerdictOnASourceNamesNoSlot) {
  filter_.bind("192.0.2.8", 40000, kService, {5, 8, 0});  // of an older generation: no knowledge
  const auto events = one_of(banned());
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].verdict, SP_DROP_SOURCE_BANNED);
  EXPECT_EQ(events[0].generation, 0U);
}

TEST_P(EventTest, ObservedDropIsMarkedAsNotDropped) {
  filter_.declare_service("", kPort, kService, SP_MODE_OBSERVE);
  const auto events = one_of(revoked());
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].verdict, SP_DROP_KEY_REVOKED);
  EXPECT_EQ(events[0].dropped, 0);
}

TEST_P(EventTest, NothingIsSampledUnlessAskedFor) {
  run(revoked(), 100);
  run(good(), 100);
  EXPECT_TRUE(filter_.events().empty());
  filter_.sample(1, 0);
  run(good(), 100);
  EXPECT_TRUE(filter_.events().empty()) << "drops were asked for, not passes";
  filter_.sample(0, 1);
  run(revoked(), 100);
  EXPECT_TRUE(filter_.events().empty()) << "passes were asked for, not drops";
  run(good());
  EXPECT_EQ(filter_.events().size(), 1U);
}

TEST_P(EventTest, PacketForNoServiceIsNeverAnEvent) {
  filter_.sample(1, 1);
  run(revoked().to("192.0.2.1", 22));
  run(revoked().protocol(17));
  run(revoked().fragment(0x2000));
  EXPECT_TRUE(filter_.events().empty());
}

TEST_P(EventTest, ExactlyOneInTheIntervalOfEachVerdictAndTheFirst) {
  filter_.sample(10);
  run(revoked());
  EXPECT_EQ(filter_.events().size(), 1U) << "the first of a verdict is seen at once";
  run(revoked(), 9);
  EXPECT_EQ(filter_.events().size(), 0U);
  run(banned(), 10);
  EXPECT_EQ(filter_.events().size(), 1U) << "verdicts are counted each for itself";
  run(revoked(), 100);
  EXPECT_EQ(filter_.events().size(), 10U);
}

TEST_P(EventTest, ReaderThatIsAwayLosesNothingThatFitsAndReadsItAllLater) {
  filter_.sample(1);
  run(revoked(), 4000);
  EXPECT_EQ(filter_.events().size(), 4000U);
  EXPECT_EQ(filter_.event_ring().lost().value(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Hooks, EventTest, testing::Values(Hook::kXdp, Hook::kTc),
                         [](const auto& hook) { return hook.param == Hook::kXdp ? "Xdp" : "Tc"; });

TEST(EventRingTest, EventThatFindsTheRingFullIsCountedAndThePacketStillDropped) {
  LoadedFilter filter(4096);
  if (filter.error() && filter.error()->code == Errc::kDenied)
    GTEST_SKIP() << filter.error()->message;
  ASSERT_FALSE(filter.error()) << to_string(*filter.error());
  filter.declare_service("", kPort, kService);
  filter.ban("192.0.2.8", SP_NEVER, SP_DROP_SOURCE_BANNED);
  filter.sample(1);
  const auto frame = PacketBuilder{}.from("192.0.2.8", 40000).build();
  for (unsigned i = 0; i < 100; ++i) EXPECT_TRUE(filter.run(Hook::kXdp, frame).dropped);
  const auto read = filter.events().size();
  EXPECT_GE(read, 10U);
  EXPECT_EQ(filter.event_ring().lost().value(), 100 - read);
  EXPECT_TRUE(filter.run(Hook::kXdp, frame).dropped);
  EXPECT_EQ(filter.events().size(), 1U) << "it goes on once there is room";
}

}  // namespace
}  // namespace sallyport::test
