// SPDX-License-Identifier: Apache-2.0
// The kernel's GCRA, compiled for user space.
#include "bpf/lib/budget.h"

#include <limits>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "agent/limits/gcra.hpp"

namespace sallyport::test {
namespace {

constexpr BootNs kStart = 1'000 * kSecondNs;

TEST(BudgetTest, SaysWhatUserSpaceSays) {
  std::mt19937_64 random(1);
  __u64 ours = 0;
  __u64 theirs = 0;
  BootNs now = kStart;
  for (int i = 0; i < 100'000; ++i) {
    const Budget budget{.cost_ns = 1 + random() % 1000, .burst_ns = random() % 5000};
    now += random() % 800;
    const bool admitted = sp_spend(&ours, budget.cost_ns, budget.burst_ns, now) != 0;
    ASSERT_EQ(admitted, spend(theirs, budget, now).admitted) << i;
    ASSERT_EQ(ours, theirs) << i;
  }
}

TEST(BudgetTest, BytesCostAtLeastWhatTheirRateSays) {
  EXPECT_EQ(sp_cost_of_bytes(0, 1), 0U);
  EXPECT_EQ(sp_cost_of_bytes(1, 1), 1U);
  EXPECT_EQ(sp_cost_of_bytes(1500, 1ULL << SP_BYTE_COST_SHIFT), 1500U);
  EXPECT_EQ(sp_cost_of_bytes(1500, 3ULL << (SP_BYTE_COST_SHIFT - 1)), 2250U);
  EXPECT_EQ(sp_cost_of_bytes(65575, SP_MOST_BYTE_COST), 65575 * kSecondNs) << "no overflow";
}

class LimitsTest : public testing::Test {
 protected:
  sp_verdict spend_both(std::uint32_t packets, std::uint32_t bytes, BootNs now = kStart) {
    return sp_spend_limits(&limits_, &clocks_, packets, bytes, now);
  }
  // 1 µs a packet, 1 ns a byte.
  sp_limits limits_{.packet_cost_ns = 1000,
                    .packet_burst_ns = 2000,
                    .byte_cost = 1ULL << SP_BYTE_COST_SHIFT,
                    .byte_burst_ns = 1500};
  sp_key_clocks clocks_{};
};

TEST_F(LimitsTest, EachClockMovesByItsOwnUnit) {
  EXPECT_EQ(spend_both(1, 100), SP_PASS_BOUND);
  EXPECT_EQ(clocks_.packets_ns, kStart + 1000);
  EXPECT_EQ(clocks_.bytes_ns, kStart + 100);
  EXPECT_EQ(spend_both(2, 0), SP_PASS_BOUND);
  EXPECT_EQ(clocks_.packets_ns, kStart + 3000);
  EXPECT_EQ(clocks_.bytes_ns, kStart + 100);
}

TEST_F(LimitsTest, WhatIsOverEitherSpendsNeither) {
  clocks_ = {.requests_ns = 0,
             .packets_ns = kStart,
             .bytes_ns = kStart + 1501,
             .received_ns = 0,
             .egress_ns = 0,
             .reserved = {}};
  const sp_key_clocks before = clocks_;
  EXPECT_EQ(spend_both(1, 1), SP_DROP_KEY_OVER_BYTES);
  EXPECT_EQ(spend_both(1, 1, kStart + 1), SP_PASS_BOUND) << "one nanosecond later";
  clocks_ = before;
  clocks_.bytes_ns = kStart;
  clocks_.packets_ns = kStart + 2001;
  EXPECT_EQ(spend_both(1, 1), SP_DROP_KEY_OVER_PACKETS);
  EXPECT_EQ(clocks_.bytes_ns, kStart);
  EXPECT_EQ(clocks_.packets_ns, kStart + 2001);
}

TEST_F(LimitsTest, CostZeroIsNoLimit) {
  clocks_.packets_ns = clocks_.bytes_ns = std::numeric_limits<__u64>::max();
  limits_.byte_cost = 0;
  EXPECT_EQ(spend_both(1, 100), SP_DROP_KEY_OVER_PACKETS);
  limits_.packet_cost_ns = 0;
  EXPECT_EQ(spend_both(1, 100), SP_PASS_BOUND);
  EXPECT_FALSE(sp_has_limits(&limits_));
}

// Both limits at once, from four threads on the same stretch of time: each bound holds.
TEST_F(LimitsTest, NeitherLimitIsExceededUnderContention) {
  constexpr std::uint64_t kMilliseconds = 50;
  constexpr std::uint32_t kBytes = 1000;
  limits_.byte_burst_ns = 100'000;
  limits_.packet_burst_ns = 200'000;
  std::vector<std::uint64_t> admitted(4, 0);
  std::vector<std::thread> threads;
  for (auto& count : admitted) {
    threads.emplace_back([this, &count] {
      for (BootNs at = 0; at <= kMilliseconds * 1'000'000; at += 200) {
        count += spend_both(1, kBytes, kStart + at) == SP_PASS_BOUND ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::uint64_t all = 0;
  for (const auto count : admitted) all += count;
  EXPECT_LE(all, (kMilliseconds * 1'000'000 + 200'000) / 1000 + 1);
  EXPECT_LE(all * kBytes, kMilliseconds * 1'000'000 + 100'000 + kBytes);
  EXPECT_GE(all, kMilliseconds * 1000 * 9 / 10);
}

}  // namespace
}  // namespace sallyport::test
