// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/registry/registry_fixture.hpp"

namespace sallyport::test {
namespace {

class CidrRegistryTest : public RegistryFixture {
 protected:
  static CidrEntry entry(std::string_view prefix, CidrAction action, std::string note = {}) {
    return {{Cidr::parse(prefix).value(), action}, std::move(note), 0};
  }
  std::vector<std::string> list() {
    std::vector<std::string> out;
    for (const auto& row : registry().cidrs().value()) {
      out.push_back(row.rule.prefix.to_string() +
                    (row.rule.action == CidrAction::kAllow ? " allow " : " deny ") + row.note);
    }
    return out;
  }
  using Lines = std::vector<std::string>;
};

TEST_F(CidrRegistryTest, CommitHoldsTheWholeList) {
  ASSERT_TRUE(registry().put_cidr(kOperator, entry("192.0.2.0/24", CidrAction::kDeny), kNow));
  const auto commit =
      registry().put_cidr(kOperator, entry("192.0.2.7", CidrAction::kAllow, "office"), kNow);
  ASSERT_TRUE(commit);
  const auto& change = std::get<CidrsChanged>(commit->changes.at(0));
  EXPECT_EQ(change.rules.size(), 2U);
  EXPECT_EQ(list(), (Lines{"192.0.2.0/24 deny ", "192.0.2.7/32 allow office"}));
  const auto log = registry().changes_since(commit->revision - 1, 10).value();
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0].verb, "allow");
  EXPECT_EQ(log[0].subject, "192.0.2.7/32");
  EXPECT_EQ(log[0].reason, "office");
}

TEST_F(CidrRegistryTest, LastWordOnAPrefixCounts) {
  ASSERT_TRUE(registry().put_cidr(kOperator, entry("192.0.2.0/24", CidrAction::kDeny), kNow));
  ASSERT_TRUE(registry().put_cidr(kOperator, entry("192.0.2.0/24", CidrAction::kAllow), kNow));
  EXPECT_EQ(list(), Lines{"192.0.2.0/24 allow "});
}

TEST_F(CidrRegistryTest, RemovesWhatIsThereAndSaysWhatIsNot) {
  ASSERT_TRUE(registry().put_cidr(kOperator, entry("2001:db8::/32", CidrAction::kDeny), kNow));
  const auto other = registry().remove_cidr(kOperator, Cidr::parse("2001:db8::/48").value(), kNow);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::kNotFound);
  EXPECT_FALSE(other.error().remedy.empty());
  const auto commit = registry().remove_cidr(kOperator, Cidr::parse("2001:db8::/32").value(), kNow);
  ASSERT_TRUE(commit);
  EXPECT_TRUE(std::get<CidrsChanged>(commit->changes.at(0)).rules.empty());
  EXPECT_EQ(list(), Lines{});
}

TEST_F(CidrRegistryTest, ReplacesTheWholeList) {
  ASSERT_TRUE(registry().put_cidr(kOperator, entry("10.0.0.0/8", CidrAction::kDeny), kNow));
  const std::vector<CidrEntry> entries = {entry("192.0.2.0/24", CidrAction::kDeny, "a"),
                                          entry("198.51.100.0/24", CidrAction::kAllow, "b")};
  const auto commit = registry().replace_cidrs(kOperator, entries, kNow);
  ASSERT_TRUE(commit);
  EXPECT_EQ(list(), (Lines{"192.0.2.0/24 deny a", "198.51.100.0/24 allow b"}));
  EXPECT_EQ(registry().changes_since(commit->revision - 1, 10).value().at(0).subject, "2 prefixes");
}

TEST_F(CidrRegistryTest, RefusesMoreThanTheKernelShouldFree) {
  std::vector<CidrEntry> entries;
  for (std::uint32_t i = 0; i < kMostCidrs; ++i) {
    entries.push_back(
        {{Cidr{Address::from_v4(__builtin_bswap32(i)), 128}, CidrAction::kDeny}, "", 0});
  }
  ASSERT_TRUE(registry().replace_cidrs(kOperator, entries, kNow));
  const auto more = registry().put_cidr(kOperator, entry("192.0.2.0/24", CidrAction::kDeny), kNow);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::kFull);
  EXPECT_EQ(registry().cidrs().value().size(), kMostCidrs);
  entries.push_back(entries.front());
  EXPECT_EQ(registry().replace_cidrs(kOperator, entries, kNow).error().code, Errc::kFull);
}

TEST_F(CidrRegistryTest, RefusesANoteThatIsNone) {
  const auto bad =
      registry().put_cidr(kOperator, entry("10.0.0.0/8", CidrAction::kDeny, "a\nb"), kNow);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Errc::kInvalid);
}

}  // namespace
}  // namespace sallyport::test
