// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/expiry_watch.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

constexpr UnixSeconds kNow = 1'800'000'000;

class ExpiryWatchTest : public testing::Test {
 protected:
  KeyEntry& add(int number, UnixSeconds expires_at) {
    KeyFacts facts;
    facts.digest = digest_of("key " + std::to_string(number));
    facts.expires_at = expires_at;
    return index_.add(facts, index_.owner_of("acme", "alice"));
  }
  std::size_t due(UnixSeconds now) { return watch_.due(index_, now).size(); }

  KeyIndex index_;
  ExpiryWatch watch_;
};

TEST_F(ExpiryWatchTest, EachKeyIsToldOnceInItsSecond) {
  for (int i = 0; i < 500; ++i) add(i, kNow + 1 + i);
  add(1000, 0);
  add(1001, kNow - 5);
  watch_.start(index_, kNow);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(due(kNow + 1 + i), 1U) << i;
  EXPECT_EQ(due(kNow + 501), 0U);
}

TEST_F(ExpiryWatchTest, ChangedEndCounts) {
  KeyEntry& sooner = add(1, kNow + 10'000);
  KeyEntry& later = add(2, kNow + 3);
  watch_.start(index_, kNow);
  sooner.expires_at = kNow + 2;
  watch_.note(sooner, kNow);
  later.expires_at = kNow + 5;
  watch_.note(later, kNow);
  EXPECT_EQ(due(kNow + 1), 0U);
  EXPECT_EQ(watch_.due(index_, kNow + 2), std::vector<KeyEntry*>{&sooner});
  EXPECT_EQ(due(kNow + 3), 0U);
  EXPECT_EQ(due(kNow + 4), 0U);
  EXPECT_EQ(watch_.due(index_, kNow + 5), std::vector<KeyEntry*>{&later});
}

TEST_F(ExpiryWatchTest, ClockThatIsSetForwardSkipsNobody) {
  for (int i = 0; i < 100; ++i) add(i, kNow + 1000 + i);
  watch_.start(index_, kNow);
  EXPECT_EQ(due(kNow + 1049), 50U);
  EXPECT_EQ(due(kNow + 1050), 1U);
}

}  // namespace
}  // namespace sallyport::test
