// SPDX-License-Identifier: Apache-2.0
#include "agent/base/cidr_set.hpp"

#include <random>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

Address address(std::string_view text) {
  return Address::parse(text).value();
}

CidrRule rule(std::string_view prefix, CidrAction action) {
  return {Cidr::parse(prefix).value(), action};
}

/// The same, by looking at every rule.
std::optional<CidrAction> by_looking(std::span<const CidrRule> rules, const Address& address) {
  const CidrRule* longest = nullptr;
  for (const auto& one : rules) {
    if (is_v4(one.prefix) != address.is_v4() || !one.prefix.contains(address)) continue;
    if (longest == nullptr || one.prefix.length >= longest->prefix.length) longest = &one;
  }
  return longest == nullptr ? std::nullopt : std::optional(longest->action);
}

TEST(CidrSet, SaysNothingWhenItIsEmpty) {
  EXPECT_FALSE(CidrSet().of(address("192.0.2.7")));
  EXPECT_TRUE(CidrSet().v4_runs().empty());
}

TEST(CidrSet, LetsTheLongestPrefixDecide) {
  const std::vector<CidrRule> rules = {rule("10.1.2.0/24", CidrAction::kAllow),
                                       rule("10.0.0.0/8", CidrAction::kDeny),
                                       rule("10.1.2.3", CidrAction::kDeny)};
  const CidrSet set(rules);
  EXPECT_EQ(set.of(address("10.0.0.0")), CidrAction::kDeny);
  EXPECT_EQ(set.of(address("10.1.2.2")), CidrAction::kAllow);
  EXPECT_EQ(set.of(address("10.1.2.3")), CidrAction::kDeny);
  EXPECT_EQ(set.of(address("10.1.2.4")), CidrAction::kAllow);
  EXPECT_EQ(set.of(address("10.255.255.255")), CidrAction::kDeny);
  EXPECT_FALSE(set.of(address("11.0.0.0")));
  EXPECT_FALSE(set.of(address("9.255.255.255")));
}

TEST(CidrSet, ReachesBothEndsOfBothFamilies) {
  const std::vector<CidrRule> rules = {rule("0.0.0.0/1", CidrAction::kDeny),
                                       rule("255.255.255.255", CidrAction::kDeny),
                                       rule("ffff::/16", CidrAction::kAllow)};
  const CidrSet set(rules);
  EXPECT_EQ(set.of(address("0.0.0.0")), CidrAction::kDeny);
  EXPECT_FALSE(set.of(address("128.0.0.0")));
  EXPECT_FALSE(set.of(address("255.255.255.254")));
  EXPECT_EQ(set.of(address("255.255.255.255")), CidrAction::kDeny);
  EXPECT_EQ(set.of(address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")), CidrAction::kAllow);
  EXPECT_FALSE(set.of(address("fffe:ffff::")));
}

TEST(CidrSet, KeepsTheFamiliesApart) {
  const std::vector<CidrRule> rules = {rule("::/0", CidrAction::kDeny)};
  EXPECT_EQ(CidrSet(rules).of(address("2001:db8::1")), CidrAction::kDeny);
  EXPECT_FALSE(CidrSet(rules).of(address("192.0.2.7")));
}

TEST(CidrSet, TakesTheLastOfTwoRulesOnOnePrefix) {
  const std::vector<CidrRule> rules = {rule("10.0.0.0/8", CidrAction::kDeny),
                                       rule("10.0.0.0/8", CidrAction::kAllow)};
  EXPECT_EQ(CidrSet(rules).of(address("10.9.9.9")), CidrAction::kAllow);
}

TEST(CidrSet, AgreesWithLookingAtEveryRule) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 300; ++round) {
    std::vector<CidrRule> rules;
    // Few different bits, so that prefixes nest and touch.
    const auto any = [&] {
      if (random() % 2 == 0)
        return Address::from_v4(static_cast<std::uint32_t>(random()) & 0x830f0003);
      Address v6;
      v6.bytes[0] = static_cast<std::uint8_t>(random() % 2 * 0xff);
      v6.bytes[9] = static_cast<std::uint8_t>(random() % 2);
      v6.bytes[15] = static_cast<std::uint8_t>(random());
      return v6;
    };
    for (int i = 0; i < 30; ++i) {
      const Address base = any();
      const unsigned shortest = base.is_v4() ? 96 : 0;
      rules.push_back({Cidr::containing(
                           base, static_cast<std::uint8_t>(shortest + random() % (129 - shortest))),
                       random() % 2 == 0 ? CidrAction::kAllow : CidrAction::kDeny});
    }
    const CidrSet set(rules);
    for (int i = 0; i < 300; ++i) {
      const Address one = any();
      ASSERT_EQ(set.of(one), by_looking(rules, one)) << one.to_string() << ", round " << round;
    }
  }
}

}  // namespace
}  // namespace sallyport::test
