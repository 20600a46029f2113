// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/ban_list.hpp"

#include <gtest/gtest.h>

#include "agent/datapath/memory_tables.hpp"

namespace sallyport::test {
namespace {

constexpr BootNs kBoot = 1'000 * kSecondNs;
constexpr UnixSeconds kUnix = 1'800'000'000;

class BanListTest : public testing::Test {
 protected:
  static OuterDoorConfig small_tables() {
    OuterDoorConfig config;
    config.max_sources = 2;
    return config;
  }

  static Ban operators(const char* source, UnixSeconds expires_at = 0) {
    return {.source = *Address::parse(source),
            .reason = "abuse report",
            .created_at = kUnix,
            .expires_at = expires_at};
  }

  static OffenderVerdict offenders(const char* source, BootNs expires_at) {
    return {.action = OffenderVerdict::Action::kBanSource,
            .source = *Address::parse(source),
            .refusals = 10,
            .repetition = 1,
            .expires_at = expires_at};
  }

  bool banned(const char* source, BootNs now = kBoot) const {
    return bans_.is_banned(*Address::parse(source), now);
  }

  MemoryTables tables_{small_tables()};
  BanList bans_{tables_.sources()};
};

TEST_F(BanListTest, OperatorsBanHoldsUntilItIsRemoved) {
  ASSERT_TRUE(bans_.put(operators("192.0.2.7"), kUnix, kBoot));
  EXPECT_TRUE(banned("192.0.2.7", kBoot * 1000));
  EXPECT_FALSE(banned("192.0.2.8"));
  EXPECT_EQ(tables_.sources().rows()->at(0).state.verdict, SP_DROP_SOURCE_BANNED);

  EXPECT_TRUE(*bans_.remove(*Address::parse("192.0.2.7")));
  EXPECT_FALSE(banned("192.0.2.7"));
  EXPECT_TRUE(tables_.sources().rows()->empty());
  EXPECT_FALSE(*bans_.remove(*Address::parse("192.0.2.7")));
}

TEST_F(BanListTest, OffendersBanEndsByItself) {
  ASSERT_TRUE(bans_.put(offenders("192.0.2.7", kBoot + kSecondNs), kUnix, kBoot));
  EXPECT_TRUE(banned("192.0.2.7", kBoot + kSecondNs - 1));
  EXPECT_FALSE(banned("192.0.2.7", kBoot + kSecondNs));

  EXPECT_EQ(bans_.expire(kBoot + kSecondNs).size(), 1U);
  EXPECT_TRUE(tables_.sources().rows()->empty());
}

TEST_F(BanListTest, OperatorOutranksThePolicyAndLeavesItsBanWhenItEnds) {
  ASSERT_TRUE(bans_.put(operators("192.0.2.7", kUnix + 10), kUnix, kBoot));
  ASSERT_TRUE(bans_.put(offenders("192.0.2.7", kBoot + 60 * kSecondNs), kUnix, kBoot));
  EXPECT_EQ(tables_.sources().rows()->at(0).state.verdict, SP_DROP_SOURCE_BANNED);

  EXPECT_EQ(bans_.expire(kBoot + 10 * kSecondNs).size(), 1U);
  EXPECT_EQ(tables_.sources().rows()->at(0).state.verdict, SP_DROP_SOURCE_OFFENDER);
  EXPECT_TRUE(banned("192.0.2.7", kBoot + 10 * kSecondNs));
}

TEST_F(BanListTest, Ipv6IsBannedByItsSixtyFour) {
  ASSERT_TRUE(bans_.put(operators("2001:db8:0:7::9"), kUnix, kBoot));
  EXPECT_TRUE(banned("2001:db8:0:7:1234::1"));
  EXPECT_FALSE(banned("2001:db8:0:8::1"));
}

TEST_F(BanListTest, FullKernelTableIsReportedAndTheInnerDoorStillHoldsTheBan) {
  ASSERT_TRUE(bans_.put(operators("192.0.2.1"), kUnix, kBoot));
  ASSERT_TRUE(bans_.put(operators("192.0.2.2"), kUnix, kBoot));
  const auto third = bans_.put(operators("192.0.2.3"), kUnix, kBoot);

  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, Errc::kFull);
  EXPECT_EQ(bans_.table_failures(), 1U);
  EXPECT_TRUE(banned("192.0.2.3"));
}

TEST_F(BanListTest, RestartKeepsBansInForceAndClearsWhatIsOver) {
  ASSERT_TRUE(bans_.put(offenders("192.0.2.1", kBoot + 60 * kSecondNs), kUnix, kBoot));
  ASSERT_TRUE(bans_.put(operators("192.0.2.2"), kUnix, kBoot));

  BanList next{tables_.sources()};  // the operator lifted his ban meanwhile
  ASSERT_TRUE(next.adopt({}, kUnix, kBoot + kSecondNs));

  ASSERT_EQ(next.in_force(kBoot + kSecondNs).size(), 1U);
  EXPECT_EQ(next.in_force(kBoot + kSecondNs)[0].refusals, 10U) << "the evidence is kept";
  EXPECT_TRUE(next.is_banned(*Address::parse("192.0.2.1"), kBoot + kSecondNs));
  EXPECT_EQ(tables_.sources().rows()->size(), 1U);

  BanList later{tables_.sources()};
  ASSERT_TRUE(later.adopt({operators("192.0.2.9")}, kUnix, kBoot + 60 * kSecondNs));
  EXPECT_EQ(later.in_force(kBoot + 60 * kSecondNs).size(), 1U);
  EXPECT_TRUE(later.is_banned(*Address::parse("192.0.2.9"), kBoot + 60 * kSecondNs));
}

}  // namespace
}  // namespace sallyport::test
