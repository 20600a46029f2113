// SPDX-License-Identifier: Apache-2.0
#include "control/cli/values.hpp"

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;

TEST(ValuesTest, DurationsHaveAUnit) {
  EXPECT_EQ(*parse_duration("90d"), 90 * 86400);
  EXPECT_EQ(*parse_duration("12h"), 12 * 3600);
  EXPECT_EQ(*parse_duration("5m"), 300);
  EXPECT_EQ(*parse_duration("1s"), 1);
}

TEST(ValuesTest, BadDurationsAreRefusedWithAnExample) {
  for (const auto* text : {"", "d", "0s", "-1d", "1.5h", "10", "1w", "99999999999999999999d",
                           "36526d", " 1d", "1d "}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::kInvalid);
    EXPECT_FALSE(parsed.error().remedy.empty());
  }
}

TEST(ValuesTest, MomentsAreDurationsDatesTimesOrNever) {
  EXPECT_EQ(*parse_moment("never", kNow), 0);
  EXPECT_EQ(*parse_moment("1h", kNow), kNow + 3600);
  EXPECT_EQ(*parse_moment("2027-01-15", kNow), 1799971200);
  EXPECT_EQ(*parse_moment("2027-01-15T08:00:00Z", kNow), kNow);
  for (const auto* text :
       {"", "tomorrow", "2027-13-01", "2027-02-31", "2027-01-15T08:00", "1969-12-31"}) {
    ASSERT_FALSE(parse_moment(text, kNow)) << text;
    EXPECT_TRUE(parse_moment(text, kNow).error().remedy.ends_with(" or never")) << text;
  }
}

TEST(ValuesTest, BeginningsAreMomentsButNotNever) {
  EXPECT_EQ(*parse_point("2027-01-15T08:00:00Z", kNow), kNow);
  EXPECT_FALSE(parse_point("never", kNow));
}

TEST(ValuesTest, RatesMayNameTheirUnit) {
  EXPECT_EQ(*parse_rate("100/s"), 100U);
  EXPECT_EQ(*parse_rate("100"), 100U);
  for (const auto* text : {"", "/s", "-1", "100/m", "4294967296", "1e3"}) {
    EXPECT_FALSE(parse_rate(text)) << text;
  }
}

TEST(ValuesTest, BytesMayHaveUnits) {
  EXPECT_EQ(*parse_bytes("1500"), 1500U);
  EXPECT_EQ(*parse_bytes("64k"), 64'000U);
  EXPECT_EQ(*parse_byte_rate("3M/s"), 3'000'000U);
  EXPECT_EQ(*parse_byte_rate("5G"), 5'000'000'000U);
  for (const auto* text :
       {"", "k", "/s", "-1", "1.5M", "1K", "1MB", "k1", "99999999999G", "1k/m"}) {
    EXPECT_FALSE(parse_bytes(text)) << text;
    EXPECT_FALSE(parse_byte_rate(text)) << text;
  }
  EXPECT_FALSE(parse_bytes("64k/s"));
}

TEST(ValuesTest, OwnersAreTenantAndUser) {
  const auto owner = parse_owner("acme/alice");
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->tenant, "acme");
  EXPECT_EQ(owner->user, "alice");
  for (const auto* text : {"", "/", "acme", "acme/", "/alice", "a/b/c"}) {
    EXPECT_FALSE(parse_owner(text)) << text;
  }
}

}  // namespace
}  // namespace sallyport::test
