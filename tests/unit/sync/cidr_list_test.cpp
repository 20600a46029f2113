// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/cidr_list.hpp"

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

/// Takes lists, or refuses them.
class Table final : public CidrTable {
 public:
  Result<void> replace(std::span<const CidrRule> rules) override {
    ++calls;
    if (refuses) return failure(Errc::kFull, "no memory");
    size = rules.size();
    return {};
  }
  bool refuses = false;
  unsigned calls = 0;
  std::size_t size = 0;
};

class CidrListTest : public testing::Test {
 protected:
  std::optional<CidrAction> of(const char* source) { return cidrs_.of(*Address::parse(source)); }

  Table table_;
  CidrList cidrs_{table_};
  const std::vector<CidrRule> rules_ = {{Cidr::parse("192.0.2.0/24").value(), CidrAction::kDeny},
                                        {Cidr::parse("192.0.2.7").value(), CidrAction::kAllow}};
};

TEST_F(CidrListTest, SaysWhatTheLastListSays) {
  EXPECT_FALSE(of("192.0.2.1"));
  ASSERT_TRUE(cidrs_.replace(rules_));
  EXPECT_EQ(of("192.0.2.1"), CidrAction::kDeny);
  EXPECT_EQ(of("192.0.2.7"), CidrAction::kAllow);
  EXPECT_EQ(table_.size, 2U);
  ASSERT_TRUE(cidrs_.replace({}));
  EXPECT_FALSE(of("192.0.2.1"));
  EXPECT_EQ(table_.size, 0U);
}

TEST_F(CidrListTest, NamesTheRuleThatDecides) {
  ASSERT_TRUE(cidrs_.replace(rules_));
  EXPECT_EQ(cidrs_.rule_of(*Address::parse("192.0.2.7")), rules_[1]);
  EXPECT_EQ(cidrs_.rule_of(*Address::parse("192.0.2.8")), rules_[0]);
  EXPECT_FALSE(cidrs_.rule_of(*Address::parse("192.0.3.1")));
}

TEST_F(CidrListTest, HoldsWhatTheKernelRefusedAndTriesAgain) {
  table_.refuses = true;
  EXPECT_FALSE(cidrs_.replace(rules_));
  EXPECT_EQ(of("192.0.2.1"), CidrAction::kDeny);
  EXPECT_FALSE(cidrs_.retry());
  EXPECT_EQ(cidrs_.table_failures(), 2U);
  table_.refuses = false;
  EXPECT_TRUE(cidrs_.retry());
  EXPECT_EQ(table_.size, 2U);
  const unsigned calls = table_.calls;
  EXPECT_TRUE(cidrs_.retry());
  EXPECT_EQ(table_.calls, calls);
}

}  // namespace
}  // namespace sallyport::test
