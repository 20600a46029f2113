// SPDX-License-Identifier: Apache-2.0
#include "agent/limits/byte_budget.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "bpf/abi/limit.h"

namespace sallyport::test {
namespace {

constexpr BootNs kStart = 1'000 * kSecondNs;

TEST(ByteBudgetTest, CostIsExactToAFractionOfAPercentAndNeverTooSmall) {
  for (const std::uint64_t rate :
       {std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{1'000'000}, std::uint64_t{300'000'000},
        std::uint64_t{7'000'000'000}, std::uint64_t{100'000'000'000}}) {
    const auto budget = ByteBudget::per_second(rate, 0);
    // A second's worth of bytes costs a second, or a little more.
    const double seconds = static_cast<double>(budget.cost) / (1 << SP_BYTE_COST_SHIFT) *
                           static_cast<double>(rate) / 1e9;
    EXPECT_GE(seconds, 1.0 - 1e-12) << rate;
    EXPECT_LE(seconds, 1.002) << rate;
  }
}

TEST(ByteBudgetTest, ExtremesFitTheClock) {
  const auto slowest = ByteBudget::per_second(1, kMostBytes);
  EXPECT_EQ(slowest.cost, SP_MOST_BYTE_COST);
  EXPECT_EQ(slowest.burst_ns, SP_MOST_BURST_NS);
  const auto fastest = ByteBudget::per_second(kMostBytes, kMostBytes);
  EXPECT_GE(fastest.cost, 1U);
  __u64 clock = 0;
  EXPECT_EQ(charge(clock, slowest, 1 << 16, kStart), 0U);
  EXPECT_EQ(clock, kStart + (1ULL << 16) * kSecondNs);
  EXPECT_EQ(charge(clock, slowest, 1 << 30, kStart), 0U) << "as long as the burst";
  EXPECT_EQ(clock, kStart + (1ULL << 16) * kSecondNs + (1ULL << 30) * kSecondNs);
  EXPECT_EQ(ByteBudget::per_second(0, 5), ByteBudget{});
}

TEST(ByteBudgetTest, BytesCostWhatTheyCostInTheKernel) {
  const auto budget = ByteBudget::per_second(300'000'007, 0);
  for (const std::uint64_t bytes : {1U, 52U, 1448U, 65575U}) {
    __u64 clock = 0;
    (void)charge(clock, budget, bytes, kStart);
    EXPECT_EQ(clock - kStart, sp_cost_of_bytes(bytes, budget.cost)) << bytes;
  }
}

TEST(ByteBudgetTest, WhatWasReadIsPaidAndThePauseIsWhatItIsOver) {
  const auto budget = ByteBudget::per_second(1000, 500);  // 1 ms a byte
  __u64 clock = 0;
  EXPECT_EQ(charge(clock, budget, 400, kStart), 0U);
  EXPECT_EQ(wait_ns(clock, budget, kStart), 0U);
  EXPECT_EQ(charge(clock, budget, 300, kStart), 200 * kSecondNs / 1000);
  EXPECT_EQ(wait_ns(clock, budget, kStart), 200 * kSecondNs / 1000);
  EXPECT_EQ(charge(clock, budget, 0, kStart + 50 * kSecondNs / 1000), 150 * kSecondNs / 1000);
  EXPECT_EQ(wait_ns(clock, budget, kStart + 200 * kSecondNs / 1000), 0U);
}

TEST(ByteBudgetTest, NoLimitLeavesTheClock) {
  __u64 clock = 7;
  EXPECT_EQ(charge(clock, ByteBudget{}, 1000, kStart), 0U);
  EXPECT_EQ(wait_ns(clock, ByteBudget{}, 0), 0U);
  EXPECT_EQ(clock, 7U);
}

TEST(ByteBudgetTest, NoChargeIsLostUnderContention) {
  const auto budget = ByteBudget::per_second(1'000'000'000, 0);  // 1 ns a byte
  constexpr unsigned kCharges = 50'000;
  __u64 clock = kStart;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (unsigned n = 0; n < kCharges; ++n) (void)charge(clock, budget, 3, kStart);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(clock, kStart + 4 * kCharges * 3);
}

}  // namespace
}  // namespace sallyport::test
