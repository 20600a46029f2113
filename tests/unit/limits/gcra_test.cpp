// SPDX-License-Identifier: Apache-2.0
#include "agent/limits/gcra.hpp"

#include <limits>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

constexpr BootNs kStart = 1'000 * kSecondNs;

TEST(GcraTest, NoLimitAdmitsEverythingAndLeavesTheClock) {
  __u64 clock = 7;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(spend(clock, Budget{}, kStart).admitted);
  EXPECT_EQ(clock, 7U);
}

TEST(GcraTest, AdmitsOneMoreThanTheBurstAtOnce) {
  const auto budget = Budget::per_second(10, 5);
  __u64 clock = 0;
  int admitted = 0;
  while (spend(clock, budget, kStart).admitted) ++admitted;
  EXPECT_EQ(admitted, 6);
}

TEST(GcraTest, RefusalSpendsNothingAndSaysWhenToComeBack) {
  const auto budget = Budget::per_second(10, 0);
  __u64 clock = 0;
  ASSERT_TRUE(spend(clock, budget, kStart).admitted);
  const __u64 before = clock;

  const auto refused = spend(clock, budget, kStart + 1);
  ASSERT_FALSE(refused.admitted);
  EXPECT_EQ(clock, before);
  EXPECT_FALSE(spend(clock, budget, kStart + refused.retry_after_ns).admitted);
  EXPECT_TRUE(spend(clock, budget, kStart + 1 + refused.retry_after_ns).admitted);
}

TEST(GcraTest, RemainingCountsWhatWouldStillConform) {
  const auto budget = Budget::per_second(10, 3);
  __u64 clock = 0;
  for (std::uint64_t left = 3;; --left) {
    const auto spent = spend(clock, budget, kStart);
    ASSERT_TRUE(spent.admitted);
    EXPECT_EQ(spent.remaining, left);
    if (left == 0) break;
  }
  EXPECT_FALSE(spend(clock, budget, kStart).admitted);
}

TEST(GcraTest, LargestRateAndBurstDoNotOverflow) {
  constexpr auto kMost = std::numeric_limits<std::uint32_t>::max();
  const auto fast = Budget::per_second(kMost, kMost);
  const auto slow = Budget::per_second(1, kMost);
  __u64 clock = 0;
  EXPECT_TRUE(spend(clock, fast, kStart).admitted);
  EXPECT_TRUE(spend(clock, slow, kStart).admitted);
  EXPECT_GT(slow.burst_ns, fast.burst_ns);
}

TEST(GcraTest, AdmittedIsNeverMoreThanTheLimitUnderContention) {
  constexpr std::uint32_t kRate = 1000;
  constexpr std::uint32_t kBurst = 50;
  constexpr std::uint64_t kMilliseconds = 200;
  const auto budget = Budget::per_second(kRate, kBurst);
  __u64 clock = 0;
  std::vector<std::thread> spenders;
  std::vector<std::uint64_t> admitted(4, 0);

  // Every thread walks the same stretch of time, so the bound is exact and needs no real clock.
  for (auto& count : admitted) {
    spenders.emplace_back([&count, &clock, &budget] {
      for (std::uint64_t us = 0; us <= kMilliseconds * 1000; us += 10) {
        count += spend(clock, budget, kStart + us * 1000).admitted ? 1 : 0;
      }
    });
  }
  for (auto& spender : spenders) spender.join();

  std::uint64_t sum = 0;
  for (const auto count : admitted) sum += count;
  EXPECT_LE(sum, kRate * kMilliseconds / 1000 + kBurst + 1);
  EXPECT_GE(sum, kRate * kMilliseconds / 1000);
}

}  // namespace
}  // namespace sallyport::test
