// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/event_hub.hpp"

#include <future>
#include <thread>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

using std::chrono::milliseconds;

sp_event event_from(const char* source, sp_verdict verdict = SP_DROP_KEY_REVOKED,
                    std::uint16_t service = 1, std::uint32_t number = 0) {
  sp_event event{};
  event.source = Address::parse(source).value().to_abi();
  event.verdict = static_cast<__u8>(verdict);
  event.service_id = service;
  event.frame_bytes = number;
  return event;
}

sp_event numbered(std::uint32_t number) {
  return event_from("192.0.2.7", SP_DROP_KEY_REVOKED, 1, number);
}

TEST(EventFilterTest, WhatIsNotSetIsAny) {
  const auto event = event_from("192.0.2.7");
  EXPECT_TRUE(EventFilter{}.matches(event));
  EXPECT_TRUE((EventFilter{
      .verdict = SP_DROP_KEY_REVOKED, .source = Address::parse("192.0.2.7"), .service_id = 1}
                   .matches(event)));
  EXPECT_FALSE(
      (EventFilter{.verdict = SP_DROP_KEY_EXPIRED, .source = {}, .service_id = {}}.matches(event)));
  EXPECT_FALSE(
      (EventFilter{.verdict = {}, .source = Address::parse("192.0.2.8"), .service_id = {}}.matches(
          event)));
  EXPECT_FALSE((EventFilter{.verdict = {}, .source = {}, .service_id = 2}.matches(event)));
}

TEST(EventFilterTest, IPv6AddressMeansItsSixtyFour) {
  const EventFilter filter{.verdict = {}, .source = Address::parse("2001:db8::"), .service_id = {}};
  EXPECT_TRUE(filter.matches(event_from("2001:db8::7")));
  EXPECT_FALSE(filter.matches(event_from("2001:db8:0:1::7")));
}

TEST(EventHubTest, KeepsTheLastOnesInOrder) {
  EventHub hub;
  for (std::uint32_t i = 0; i < EventHub::kKept + 10; ++i) hub.publish(numbered(i));
  const auto all = hub.recent({}, 0);
  ASSERT_EQ(all.size(), EventHub::kKept);
  EXPECT_EQ(all.front().frame_bytes, 10U);
  EXPECT_EQ(all.back().frame_bytes, EventHub::kKept + 9);
  const auto last = hub.recent({}, 2);
  ASSERT_EQ(last.size(), 2U);
  EXPECT_EQ(last[0].frame_bytes, EventHub::kKept + 8);
}

TEST(EventHubTest, LimitCountsWhatMatches) {
  EventHub hub;
  hub.publish(event_from("192.0.2.8"));
  for (std::uint32_t i = 0; i < 10; ++i) hub.publish(numbered(i));
  EXPECT_EQ(hub.recent({.verdict = {}, .source = Address::parse("192.0.2.8"), .service_id = {}}, 1)
                .size(),
            1U);
}

TEST(EventHubTest, FollowerSeesWhatComesFromNowOnAndMatches) {
  EventHub hub;
  hub.publish(numbered(1));
  auto follower =
      hub.follow({.verdict = SP_DROP_KEY_REVOKED, .source = {}, .service_id = {}}).value();
  hub.publish(event_from("192.0.2.7", SP_DROP_KEY_EXPIRED));
  hub.publish(numbered(2));
  EXPECT_EQ(follower->next(milliseconds(0)).value().frame_bytes, 2U);
  EXPECT_FALSE(follower->next(milliseconds(0)));
  EXPECT_FALSE(follower->is_over());
}

TEST(EventHubTest, FollowerThatWaitsIsWokenByAnEvent) {
  EventHub hub;
  auto follower = hub.follow({}).value();
  auto waiting =
      std::async(std::launch::async, [&] { return follower->next(milliseconds(30000)); });
  hub.publish(numbered(3));
  EXPECT_EQ(waiting.get().value().frame_bytes, 3U);
}

TEST(EventHubTest, SlowFollowerMissesWhatItsQueueCannotHoldAndNobodyElseDoes) {
  EventHub hub;
  auto slow = hub.follow({}).value();
  auto quick = hub.follow({}).value();
  for (std::uint32_t i = 0; i < EventFollower::kQueue + 5; ++i) {
    hub.publish(numbered(i));
    EXPECT_TRUE(quick->next(milliseconds(0)));
  }
  EXPECT_EQ(slow->missed(), 5U);
  EXPECT_EQ(quick->missed(), 0U);
  EXPECT_EQ(hub.missed(), 5U);
  EXPECT_EQ(slow->next(milliseconds(0)).value().frame_bytes, 0U) << "the oldest are kept";
}

TEST(EventHubTest, OnlySoManyMayFollowAndOneThatIsGoneMakesRoom) {
  EventHub hub;
  std::vector<std::shared_ptr<EventFollower>> followers;
  for (std::size_t i = 0; i < EventHub::kMostFollowers; ++i) {
    followers.push_back(hub.follow({}).value());
  }
  const auto refused = hub.follow({});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kFull);
  followers.pop_back();
  EXPECT_TRUE(hub.follow({}));
}

TEST(EventHubTest, ClosedHubEndsItsFollowersAfterWhatTheyHave) {
  EventHub hub;
  auto follower = hub.follow({}).value();
  hub.publish(numbered(1));
  hub.close();
  EXPECT_FALSE(follower->is_over());
  EXPECT_TRUE(follower->next(milliseconds(30000)));
  EXPECT_TRUE(follower->is_over());
  EXPECT_FALSE(follower->next(milliseconds(30000)));
  EXPECT_EQ(hub.follow({}).error().code, Errc::kUnavailable);
}

}  // namespace
}  // namespace sallyport::test
