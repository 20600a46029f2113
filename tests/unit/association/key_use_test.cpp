// SPDX-License-Identifier: Apache-2.0
#include "agent/association/key_use.hpp"

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

constexpr UnixSeconds kStart = 1'800'000'000;  // a whole minute

TEST(KeyUseTest, KeyThatWasNeverUsedSaysSo) {
  KeyEntry key;
  const auto use = use_of(key, kStart);
  EXPECT_EQ(use.at, 0);
  EXPECT_FALSE(use.source);
  EXPECT_EQ(use.recent_minutes, 0U);
}

TEST(KeyUseTest, LastUseIsKeptToTheSecondAndNeverGoesBack) {
  KeyEntry key;
  note_use(key, kStart + 5);
  note_use(key, kStart + 3);
  EXPECT_EQ(use_of(key, kStart + 9).at, kStart + 5);
}

TEST(KeyUseTest, MinutesOfTheLastHalfHourAreCounted) {
  KeyEntry key;
  for (const int minute : {0, 1, 5}) {
    for (const int second : {0, 7, 59}) note_use(key, kStart + minute * 60 + second);
  }
  EXPECT_EQ(use_of(key, kStart + 5 * 60 + 59).recent_minutes, 3U);
  EXPECT_EQ(use_of(key, kStart + 29 * 60).recent_minutes, 3U);
  EXPECT_EQ(use_of(key, kStart + 30 * 60).recent_minutes, 2U);
  EXPECT_EQ(use_of(key, kStart + 34 * 60).recent_minutes, 1U);
  EXPECT_EQ(use_of(key, kStart + 35 * 60).recent_minutes, 0U);
  note_use(key, kStart + 100 * 60);
  EXPECT_EQ(use_of(key, kStart + 100 * 60).recent_minutes, 1U);
}

TEST(KeyUseTest, SourcesAreAddressesOrNetworks) {
  KeyEntry key;
  for (const auto* text : {"192.0.2.7", "0.0.0.1", "2001:db8:1:2::"}) {
    note_source(key, *Address::parse(text));
    EXPECT_EQ(use_of(key, kStart).source->to_string(), text);
  }
  note_source(key, *Address::parse("2001:db8:1:2:3:4:5:6"));
  EXPECT_EQ(use_of(key, kStart).source->to_string(), "2001:db8:1:2::");
}

}  // namespace
}  // namespace sallyport::test
