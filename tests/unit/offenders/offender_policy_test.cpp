// SPDX-License-Identifier: Apache-2.0
#include "agent/offenders/offender_policy.hpp"

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

using Action = OffenderVerdict::Action;

constexpr BootNs kStart = 100'000 * kSecondNs;

class OffenderPolicyTest : public testing::Test {
 protected:
  OffenderRules rules_ = {
      .refusals = 5, .exempt = {*Cidr::parse("198.51.100.0/24")}, .max_sources = 8};
  OffenderPolicy policy_{rules_};
  BootNs now_ = kStart;

  OffenderVerdict observe(const char* source, CheckCode code, std::uint64_t key = 1) {
    return policy_.on(
        {.source = *Address::parse(source), .at = now_, .key_prefix = key, .code = code});
  }

  /// Presents a revoked key `times` times; the last verdict.
  OffenderVerdict present_revoked(const char* source, std::uint32_t times) {
    OffenderVerdict last;
    for (std::uint32_t i = 0; i < times; ++i) last = observe(source, CheckCode::kRevokedKey);
    return last;
  }
};

TEST_F(OffenderPolicyTest, SourceThatKeepsPresentingARevokedKeyIsBanned) {
  EXPECT_EQ(present_revoked("192.0.2.7", 4).action, Action::kNone);
  const auto verdict = present_revoked("192.0.2.7", 1);

  EXPECT_EQ(verdict.action, Action::kBanSource);
  EXPECT_EQ(verdict.source, *Address::parse("192.0.2.7"));
  EXPECT_EQ(verdict.refusals, 5U);
  EXPECT_EQ(verdict.repetition, 1U);
  EXPECT_EQ(verdict.expires_at, now_ + rules_.ban_ns);
}

TEST_F(OffenderPolicyTest, GuessingDistinctKeysIsBanned) {
  for (std::uint64_t key = 1; key < 5; ++key) {
    EXPECT_EQ(observe("192.0.2.7", CheckCode::kUnknownKey, key).action, Action::kNone);
  }
  EXPECT_EQ(observe("192.0.2.7", CheckCode::kUnknownKey, 5).action, Action::kBanSource);
}

TEST_F(OffenderPolicyTest, RepeatingOneMistypedKeyIsNot) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(observe("192.0.2.7", CheckCode::kMalformedKey).action, Action::kNone);
  }
}

TEST_F(OffenderPolicyTest, MissingKeysAndSpentLimitsAreNoOffence) {
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(observe("192.0.2.7", CheckCode::kMissingKey).action, Action::kNone);
    ASSERT_EQ(observe("192.0.2.7", CheckCode::kOverLimit).action, Action::kNone);
  }
  EXPECT_EQ(policy_.remembered(), 0U);
}

TEST_F(OffenderPolicyTest, RefusalsOutsideTheWindowDoNotAddUp) {
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(present_revoked("192.0.2.7", 4).action, Action::kNone);
    now_ += rules_.window_ns;
  }
}

TEST_F(OffenderPolicyTest, ValidKeyFromTheSameAddressPreventsTheBan) {
  observe("192.0.2.7", CheckCode::kAllowed);
  now_ += rules_.guard_ns - 1;
  EXPECT_EQ(present_revoked("192.0.2.7", 5).action, Action::kCloseConnection);
}

TEST_F(OffenderPolicyTest, GuardEndsWithTime) {
  observe("192.0.2.7", CheckCode::kAllowed);
  now_ += rules_.guard_ns;
  EXPECT_EQ(present_revoked("192.0.2.7", 5).action, Action::kBanSource);
}

TEST_F(OffenderPolicyTest, NobodyIsBannedWhileTheGuardLearnsAnewAfterAStart) {
  OffenderPolicy started(rules_, now_);
  const auto present = [&] {
    OffenderVerdict last;
    for (int i = 0; i < 5; ++i) {
      last = started.on({.source = *Address::parse("192.0.2.7"),
                         .at = now_,
                         .key_prefix = 1,
                         .code = CheckCode::kRevokedKey});
    }
    return last.action;
  };
  EXPECT_EQ(present(), Action::kCloseConnection);
  now_ += rules_.settle_ns - 1;
  EXPECT_EQ(present(), Action::kCloseConnection);
  now_ += 1;
  EXPECT_EQ(present(), Action::kBanSource);
}

TEST_F(OffenderPolicyTest, ExemptSourceIsNeverBanned) {
  EXPECT_EQ(present_revoked("198.51.100.9", 5).action, Action::kCloseConnection);
}

TEST_F(OffenderPolicyTest, BansGrowWithRepetitionUpToTheLongest) {
  BootNs expected = rules_.ban_ns;
  for (std::uint32_t repetition = 1; repetition < 12; ++repetition) {
    const auto verdict = present_revoked("192.0.2.7", 5);
    ASSERT_EQ(verdict.action, Action::kBanSource);
    EXPECT_EQ(verdict.repetition, repetition);
    EXPECT_EQ(verdict.expires_at, now_ + expected);
    expected = std::min(expected * 2, rules_.max_ban_ns);
    now_ = verdict.expires_at;
  }
  EXPECT_EQ(expected, rules_.max_ban_ns);
}

TEST_F(OffenderPolicyTest, RefusalsStillOnTheirWayDoNotLengthenABan) {
  present_revoked("192.0.2.7", 5);
  EXPECT_EQ(present_revoked("192.0.2.7", 100).action, Action::kNone);
}

TEST_F(OffenderPolicyTest, LongQuietStartsAnew) {
  const auto first = present_revoked("192.0.2.7", 5);
  now_ = first.expires_at + rules_.max_ban_ns + 1;
  EXPECT_EQ(present_revoked("192.0.2.7", 5).repetition, 1U);
}

TEST_F(OffenderPolicyTest, Ipv6IsJudgedByItsSixtyFour) {
  present_revoked("2001:db8:0:7::1", 2);
  present_revoked("2001:db8:0:7::2", 2);
  EXPECT_EQ(present_revoked("2001:db8:0:8::1", 4).action, Action::kNone);
  const auto verdict = present_revoked("2001:db8:0:7:ffff::3", 1);
  EXPECT_EQ(verdict.action, Action::kBanSource);
  EXPECT_EQ(verdict.source, *Address::parse("2001:db8:0:7::"));
}

TEST_F(OffenderPolicyTest, MemoryIsBoundedAndTheQuietestIsForgotten) {
  present_revoked("192.0.2.1", 4);
  for (int i = 2; i < 40; ++i) {
    observe(("192.0.2." + std::to_string(i)).c_str(), CheckCode::kRevokedKey);
    EXPECT_LE(policy_.remembered(), rules_.max_sources);
  }
  EXPECT_EQ(present_revoked("192.0.2.1", 4).action, Action::kNone);
}

TEST_F(OffenderPolicyTest, ForgottenSourceStartsAnew) {
  present_revoked("192.0.2.7", 5);
  EXPECT_EQ(present_revoked("192.0.2.7", 4).action, Action::kNone) << "banned already";
  policy_.forget(*Address::parse("192.0.2.7"));
  EXPECT_EQ(present_revoked("192.0.2.7", 4).action, Action::kNone);
  EXPECT_EQ(present_revoked("192.0.2.7", 1).repetition, 1U);
}

}  // namespace
}  // namespace sallyport::test
