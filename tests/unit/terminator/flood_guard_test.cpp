// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/flood_guard.hpp"

#include <gtest/gtest.h>

namespace sallyport {
namespace {

TEST(FloodGuard, AdmitsABurstAndThenARate) {
  FloodGuard guard;
  unsigned admitted = 0;
  while (guard.admits(1'000'000)) ++admitted;
  EXPECT_EQ(admitted, 1000u);
}

TEST(FloodGuard, AdmitsWhatComesSlowlyForEver) {
  FloodGuard guard;
  for (std::uint64_t now = 5; now < 1'000'000; now += FloodGuard::kCostMs) {
    ASSERT_TRUE(guard.admits(now));
  }
}

}  // namespace
}  // namespace sallyport
