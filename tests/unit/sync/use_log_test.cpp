// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/use_log.hpp"

#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "agent/association/key_use.hpp"
#include "agent/registry/sqlite_store.hpp"
#include "tests/support/scratch_directory.hpp"

namespace sallyport::test {
namespace {

constexpr UnixSeconds kNow = 1'800'000'000;

class UseLogTest : public testing::Test {
 protected:
  static KeyEntry& add(KeyIndex& index, int number) {
    KeyFacts facts;
    facts.digest = digest_of("key " + std::to_string(number));
    std::memcpy(facts.id.data(), std::to_string(10'000'000 + number).data(), facts.id.size());
    return index.add(facts, index.owner_of("acme", "alice"));
  }
  std::size_t kept() {
    std::size_t count = 0;
    EXPECT_TRUE(store_->for_each_use([&](const KeyUseRecord&) { ++count; }));
    return count;
  }

  ScratchDirectory scratch_;
  std::unique_ptr<SqliteStore> store_ = SqliteStore::open(scratch_.file("registry.db")).value();
  Registry registry_{*store_};
  KeyIndex index_;
  UseLog log_{index_, registry_};
};

TEST_F(UseLogTest, WhatWasUsedIsKnownAfterARestart) {
  for (int i = 0; i < 200; ++i) add(index_, i);
  KeyEntry& used = *index_.find(digest_of("key 7"));
  note_use(used, kNow - 5);
  note_source(used, *Address::parse("192.0.2.7"));
  ASSERT_TRUE(log_.save_all(kNow));
  EXPECT_EQ(kept(), 1U);

  KeyIndex next;
  for (int i = 199; i >= 0; --i) add(next, i);
  UseLog after(next, registry_);
  ASSERT_TRUE(after.load());
  const auto use = use_of(*next.find(digest_of("key 7")), kNow);
  EXPECT_EQ(use.at, kNow - 5);
  EXPECT_EQ(use.source->to_string(), "192.0.2.7");
  EXPECT_EQ(use_of(*next.find(digest_of("key 8")), kNow).at, 0);
}

TEST_F(UseLogTest, EveryKeysTurnComesOnceAMinute) {
  for (int i = 0; i < 600; ++i) note_use(add(index_, i), kNow);
  ASSERT_TRUE(log_.save_some(kNow));
  EXPECT_LT(kept(), 20U) << "a second does not look at all of them";
  for (UnixSeconds second = 1; second < 60; ++second) ASSERT_TRUE(log_.save_some(kNow + second));
  EXPECT_EQ(kept(), 600U);
}

}  // namespace
}  // namespace sallyport::test
