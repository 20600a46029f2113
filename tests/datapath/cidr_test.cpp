// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "agent/base/clock.hpp"
#include "agent/datapath/cidr_blocks.hpp"
#include "tests/support/filter_fixture.hpp"

namespace sallyport::test {
namespace {

class CidrTest : public FilterFixture<testing::Test> {
 protected:
  void arrange() override { filter_.declare_service("", 443, 3); }

  sp_verdict verdict_on(const std::string& source, unsigned flags = kAck) {
    const bool is_v6 = source.find(':') != std::string::npos;
    PacketBuilder packet;
    packet.from(source, 40000).to(is_v6 ? "2001:db8::1" : "192.0.2.1", 443).flags(flags);
    return filter_.run(Hook::kXdp, packet.build()).verdict;
  }
};

TEST_F(CidrTest, DeniesWhatADeniedPrefixContains) {
  filter_.set_cidrs({}, {"198.51.100.0/24", "203.0.113.64/26", "2001:db8:bad::/48"});
  EXPECT_EQ(verdict_on("198.51.100.0"), SP_DROP_CIDR_DENIED);
  EXPECT_EQ(verdict_on("198.51.100.255"), SP_DROP_CIDR_DENIED);
  EXPECT_EQ(verdict_on("198.51.99.255"), SP_PASS_UNJUDGED);
  EXPECT_EQ(verdict_on("198.51.101.0"), SP_PASS_UNJUDGED);
  EXPECT_EQ(verdict_on("203.0.113.63"), SP_PASS_UNJUDGED);
  EXPECT_EQ(verdict_on("203.0.113.64"), SP_DROP_CIDR_DENIED);
  EXPECT_EQ(verdict_on("203.0.113.127"), SP_DROP_CIDR_DENIED);
  EXPECT_EQ(verdict_on("203.0.113.128"), SP_PASS_UNJUDGED);
  EXPECT_EQ(verdict_on("2001:db8:bad:1::1"), SP_DROP_CIDR_DENIED);
  EXPECT_EQ(verdict_on("2001:db8:bae::1"), SP_PASS_UNJUDGED);
}

TEST_F(CidrTest, LetTheLongestPrefixDecide) {
  filter_.set_cidrs({"198.51.100.0/25", "198.51.100.200", "2001:db8:bad:1::/64"},
                    {"0.0.0.0/0", "198.51.100.4/30", "2001:db8:bad::/48"});
  EXPECT_EQ(verdict_on("8.8.8.8"), SP_DROP_CIDR_DENIED);
  EXPECT_EQ(verdict_on("198.51.100.1"), SP_PASS_CIDR_ALLOWED);
  EXPECT_EQ(verdict_on("198.51.100.5"), SP_DROP_CIDR_DENIED);
  EXPECT_EQ(verdict_on("198.51.100.199"), SP_DROP_CIDR_DENIED);
  EXPECT_EQ(verdict_on("198.51.100.200"), SP_PASS_CIDR_ALLOWED);
  EXPECT_EQ(verdict_on("2001:db8:bad:1::5"), SP_PASS_CIDR_ALLOWED);
  EXPECT_EQ(verdict_on("2001:db8:bad:2::5"), SP_DROP_CIDR_DENIED);
}

TEST_F(CidrTest, KeepTheFamiliesApart) {
  filter_.set_cidrs({}, {"::/0"});
  EXPECT_EQ(verdict_on("2001:db8:9::1"), SP_DROP_CIDR_DENIED);
  EXPECT_EQ(verdict_on("192.0.2.7"), SP_PASS_UNJUDGED);
  filter_.set_cidrs({"192.0.2.7"}, {"::/0"});  // its block asks the trie
  EXPECT_EQ(verdict_on("192.0.2.7"), SP_PASS_CIDR_ALLOWED);
  EXPECT_EQ(verdict_on("192.0.2.8"), SP_PASS_UNJUDGED);
}

TEST_F(CidrTest, AllowedSourceIsNotBannedButItsRevokedKeyIsRefused) {
  filter_.ban("192.0.2.7", SP_NEVER, SP_DROP_SOURCE_BANNED);
  filter_.set_cidrs({"192.0.2.0/24"}, {});
  EXPECT_EQ(verdict_on("192.0.2.7"), SP_PASS_CIDR_ALLOWED);
  filter_.set_slot(1, 1, SP_DROP_KEY_REVOKED);
  filter_.bind("192.0.2.7", 40000, 3, {1, 1, 0});
  EXPECT_EQ(verdict_on("192.0.2.7"), SP_DROP_KEY_REVOKED);
  filter_.set_cidrs({}, {});
  filter_.unbind("192.0.2.7", 40000, 3);
  EXPECT_EQ(verdict_on("192.0.2.7"), SP_DROP_SOURCE_BANNED);
}

TEST_F(CidrTest, TouchNothingButDeclaredServices) {
  filter_.set_cidrs({}, {"0.0.0.0/0"});
  PacketBuilder packet;
  packet.from("198.51.100.7", 40000).to("192.0.2.1", 22).flags(kSyn);
  EXPECT_EQ(filter_.run(Hook::kXdp, packet.build()).verdict, SP_PASS_NOT_SERVICE);
}

// Both lists have it: whoever sees neither of them, or half of one, lets a packet through.
TEST_F(CidrTest, ReplaceAListWithoutAMomentOfNeither) {
  std::vector<std::string> one = {"198.51.100.0/25", "2001:db8:bad::/48"};
  std::vector<std::string> other = one;
  for (int i = 0; i < 2000; ++i) {
    other.push_back("10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".0/25");
  }
  filter_.set_cidrs({}, one);
  std::atomic<bool> is_done{false};
  std::thread replacer([&] {
    for (int i = 0; i < 20; ++i) filter_.set_cidrs({}, i % 2 == 0 ? other : one);
    is_done = true;
  });
  unsigned packets = 0;
  unsigned passed = 0;
  for (; !is_done || packets < 100; ++packets) {
    const char* source = packets % 2 == 0 ? "198.51.100.7" : "2001:db8:bad::7";
    if (verdict_on(source) != SP_DROP_CIDR_DENIED) ++passed;
  }
  replacer.join();
  EXPECT_EQ(passed, 0U) << "of " << packets;
}

TEST_F(CidrTest, SayNoMoreThanAListThatCouldNotBeReplaced) {
  filter_.set_cidrs({}, {"198.51.100.0/24"});
  const CidrRule twice{Cidr::parse("198.51.100.7").value(), CidrAction::kDeny};
  CidrRule wrong = twice;
  wrong.prefix.length = 200;  // the kernel's trie refuses it
  const std::vector<CidrRule> rules = {twice, wrong};
  EXPECT_FALSE(filter_.tables().cidrs().replace(rules));
  EXPECT_EQ(verdict_on("198.51.100.7"), SP_PASS_UNJUDGED);
  filter_.set_cidrs({}, {"198.51.100.0/24"});
  EXPECT_EQ(verdict_on("198.51.100.7"), SP_DROP_CIDR_DENIED);
}

TEST(CidrBlocks, SayWhatTheSetSays) {
  std::mt19937_64 random(5);
  std::vector<__u64> words(SP_CIDR_WORDS);
  for (int round = 0; round < 20; ++round) {
    std::vector<CidrRule> rules;
    for (int i = 0; i < 200; ++i) {
      const auto address = Address::from_v4(static_cast<std::uint32_t>(random()) &
                                            (round % 2 == 0 ? ~0U : 0xffff0f0aU));
      rules.push_back({Cidr::containing(address, static_cast<std::uint8_t>(96 + random() % 33)),
                       random() % 2 == 0 ? CidrAction::kAllow : CidrAction::kDeny});
    }
    const CidrSet set(rules);
    const auto rows = write_cidr_blocks(rules, words);
    for (int i = 0; i < 5000; ++i) {
      const auto& near = rules[random() % rules.size()].prefix.base;
      Address address = near;
      address.bytes[15] = static_cast<std::uint8_t>(random());
      if (i % 3 == 0) address = Address::from_v4(static_cast<std::uint32_t>(random()));
      const std::uint32_t block = static_cast<std::uint32_t>(address.bytes[12]) << 16 |
                                  static_cast<std::uint32_t>(address.bytes[13]) << 8 |
                                  address.bytes[14];
      auto kind = static_cast<__u32>(words[sp_cidr_word_of(block)] >> sp_cidr_shift_of(block) & 3);
      if (kind == SP_CIDR_LONGER) {
        __u32 longest = 0;
        for (const auto& row : rows) {
          const Cidr prefix{Address::from_abi(row.key.base),
                            static_cast<std::uint8_t>(row.key.bits)};
          if (!prefix.contains(address) || row.key.bits < longest) continue;
          longest = row.key.bits;
          kind = row.state.kind;
        }
        ASSERT_NE(longest, 0U) << "no default in a divided block";
      }
      const auto expected = set.of(address);
      const __u32 wanted = !expected                         ? SP_CIDR_NONE
                           : *expected == CidrAction::kAllow ? SP_CIDR_ALLOW
                                                             : SP_CIDR_DENY;
      ASSERT_EQ(kind, wanted) << address.to_string() << " in round " << round;
    }
  }
}

}  // namespace
}  // namespace sallyport::test
