// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/revision_clock.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Waited = RevisionClock::Waited;

TEST(RevisionClockTest, WhoWaitsIsWokenByANewerRevisionAlone) {
  RevisionClock clock;
  clock.advance(4);
  EXPECT_EQ(clock.wait_beyond(3, seconds(10)), Waited::kNews);
  EXPECT_EQ(clock.wait_beyond(4, milliseconds(1)), Waited::kNothing);
  clock.advance(2);
  EXPECT_EQ(clock.wait_beyond(4, milliseconds(1)), Waited::kNothing) << "it never goes back";
  std::thread other([&] { clock.advance(5); });
  EXPECT_EQ(clock.wait_beyond(4, seconds(10)), Waited::kNews);
  other.join();
}

TEST(RevisionClockTest, LagsByWhatTheStoreHasAndNobodyAcknowledged) {
  RevisionClock clock;
  EXPECT_EQ(clock.lag(), 0U);
  clock.commit(7);
  EXPECT_EQ(clock.lag(), 1U) << "before it nothing is known";
  clock.advance(7);
  EXPECT_EQ(clock.lag(), 0U);
  clock.commit(9);
  EXPECT_EQ(clock.lag(), 2U);
}

TEST(RevisionClockTest, NobodyWaitsOnceItIsClosed) {
  RevisionClock clock;
  std::thread other([&] { clock.close(); });
  EXPECT_EQ(clock.wait_beyond(0, seconds(10)), Waited::kClosed);
  other.join();
}

}  // namespace
}  // namespace sallyport::test
