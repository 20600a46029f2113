// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include <gtest/gtest.h>

#include "agent/base/clock.hpp"
#include "tests/support/filter_fixture.hpp"

namespace sallyport::test {
namespace {

constexpr __u64 kForever = 3600 * kSecondNs;  // one connection costs as much: no time helps

class PaceTest : public FilterFixture<testing::TestWithParam<Hook>> {
 protected:
  void arrange() override { filter_.declare_service("", 443, 3); }

  void pace(__u64 cost_ns, unsigned burst) {
    ASSERT_TRUE(filter_.tables().set_pace(cost_ns, cost_ns * burst));
  }
  Outcome run(const std::string& source, unsigned flags = kSyn) {
    const bool is_v6 = source.find(':') != std::string::npos;
    PacketBuilder packet;
    packet.from(source, 40000).to(is_v6 ? "2001:db8::1" : "192.0.2.1", 443).flags(flags);
    return filter_.run(GetParam(), packet.build());
  }
  sp_verdict syn_from(const std::string& source) { return run(source).verdict; }
};

TEST_P(PaceTest, AdmitsTheBurstAndOneThenDropsSyns) {
  pace(kForever, 3);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(syn_from("192.0.2.7"), SP_PASS_UNJUDGED) << i;
  const auto outcome = run("192.0.2.7");
  EXPECT_EQ(outcome.verdict, SP_DROP_SOURCE_PACED);
  EXPECT_TRUE(outcome.dropped);
  EXPECT_EQ(syn_from("192.0.2.8"), SP_PASS_UNJUDGED) << "another source has a clock of its own";
}

TEST_P(PaceTest, JudgesNothingButSyns) {
  pace(kForever, 0);
  EXPECT_EQ(syn_from("192.0.2.7"), SP_PASS_UNJUDGED);
  EXPECT_EQ(syn_from("192.0.2.7"), SP_DROP_SOURCE_PACED);
  const std::vector<unsigned> others = {kAck, kSyn | kAck, kFin | kAck, kRst};
  for (const unsigned flags : others) {
    EXPECT_EQ(run("192.0.2.7", flags).verdict, SP_PASS_UNJUDGED) << flags;
  }
}

TEST_P(PaceTest, CountsAnIpv6SourceByItsPrefix) {
  pace(kForever, 0);
  EXPECT_EQ(syn_from("2001:db8:0:7::1"), SP_PASS_UNJUDGED);
  EXPECT_EQ(syn_from("2001:db8:0:7::2"), SP_DROP_SOURCE_PACED);
  EXPECT_EQ(syn_from("2001:db8:0:8::1"), SP_PASS_UNJUDGED);
}

TEST_P(PaceTest, IsRegainedWithTime) {
  pace(20'000'000, 0);
  EXPECT_EQ(syn_from("192.0.2.7"), SP_PASS_UNJUDGED);
  std::this_thread::sleep_for(std::chrono::milliseconds(40));
  EXPECT_EQ(syn_from("192.0.2.7"), SP_PASS_UNJUDGED);
}

TEST_P(PaceTest, IsNotAskedOfAnAllowedSourceAndNotSpentByABannedOne) {
  pace(kForever, 0);
  filter_.set_cidrs({"192.0.2.7"}, {});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(syn_from("192.0.2.7"), SP_PASS_CIDR_ALLOWED);
  filter_.ban("192.0.2.8", SP_NEVER, SP_DROP_SOURCE_BANNED);
  EXPECT_EQ(syn_from("192.0.2.8"), SP_DROP_SOURCE_BANNED);
  filter_.unban("192.0.2.8");
  EXPECT_EQ(syn_from("192.0.2.8"), SP_PASS_UNJUDGED);
}

TEST_P(PaceTest, IsOffUnlessItIsSet) {
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(syn_from("192.0.2.7"), SP_PASS_UNJUDGED);
  pace(kForever, 0);
  EXPECT_EQ(syn_from("192.0.2.7"), SP_PASS_UNJUDGED);
  EXPECT_EQ(syn_from("192.0.2.7"), SP_DROP_SOURCE_PACED);
  ASSERT_TRUE(filter_.tables().set_pace(0, 0));
  EXPECT_EQ(syn_from("192.0.2.7"), SP_PASS_UNJUDGED);
}

INSTANTIATE_TEST_SUITE_P(Hooks, PaceTest, testing::Values(Hook::kXdp, Hook::kTc));

}  // namespace
}  // namespace sallyport::test
