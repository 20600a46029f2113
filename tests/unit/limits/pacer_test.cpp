// SPDX-License-Identifier: Apache-2.0
#include "agent/limits/pacer.hpp"

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

constexpr BootNs kNow = 1000 * kSecondNs;

Address source(std::uint32_t number) {
  return Address::from_v4(__builtin_bswap32(0x0a000000 + number));
}

TEST(Pacer, AdmitsTheBurstThenTheRate) {
  Pacer pacer(Budget::per_second(10, 2));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(pacer.admit(source(1), kNow)) << i;
  EXPECT_FALSE(pacer.admit(source(1), kNow));
  EXPECT_TRUE(pacer.admit(source(2), kNow));
  EXPECT_TRUE(pacer.admit(source(1), kNow + kSecondNs / 10));
  EXPECT_FALSE(pacer.admit(source(1), kNow + kSecondNs / 10));
}

TEST(Pacer, AdmitsEverythingWithoutABudget) {
  Pacer pacer(Budget{});
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(pacer.admit(source(1), kNow));
}

// However many others come, who is over his pace is not forgotten before those who are not.
TEST(Pacer, ForgetsTheFullestBudgetsFirst) {
  Pacer pacer(Budget::per_second(1, 5));
  while (pacer.admit(source(0), kNow)) continue;
  unsigned admitted = 0;
  for (std::uint32_t number = 1; number < 200'000; ++number) {
    admitted += pacer.admit(source(number), kNow) ? 1U : 0U;
  }
  EXPECT_EQ(admitted, 199'999U);
  EXPECT_FALSE(pacer.admit(source(0), kNow));
}

}  // namespace
}  // namespace sallyport::test
