// SPDX-License-Identifier: Apache-2.0
#include "agent/association/key_index.hpp"

#include <cstring>
#include <thread>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

KeyFacts facts_of(int number) {
  KeyFacts facts;
  facts.digest = digest_of("key " + std::to_string(number));
  const auto text = std::to_string(10'000'000 + number);
  std::memcpy(facts.id.data(), text.data(), facts.id.size());
  return facts;
}

TEST(KeyIndexTest, UnknownDigestIsNotFound) {
  KeyIndex index;
  EXPECT_EQ(index.find(digest_of("nobody's")), nullptr);
}

TEST(KeyIndexTest, DigestThatDiffersInTheLastByteOnlyIsNotFound) {
  KeyIndex index;
  auto facts = facts_of(1);
  index.add(facts, index.owner_of("acme", "alice"));
  facts.digest.back() ^= 1;
  EXPECT_EQ(index.find(facts.digest), nullptr);
}

TEST(KeyIndexTest, EveryKeyIsFoundAfterManyGrowths) {
  constexpr int kKeys = 5000;
  KeyIndex index;
  const Owner& owner = index.owner_of("acme", "alice");
  for (int i = 0; i < kKeys; ++i) index.add(facts_of(i), owner);

  ASSERT_EQ(index.size(), static_cast<std::size_t>(kKeys));
  for (int i = 0; i < kKeys; ++i) {
    const KeyEntry* entry = index.find(facts_of(i).digest);
    ASSERT_NE(entry, nullptr) << i;
    EXPECT_EQ(entry->id, facts_of(i).id);
  }
  EXPECT_EQ(index.find(facts_of(kKeys).digest), nullptr);
}

TEST(KeyIndexTest, AddingAgainUpdatesTheSameEntry) {
  KeyIndex index;
  auto facts = facts_of(1);
  KeyEntry& first = index.add(facts, index.owner_of("acme", "alice"));
  facts.standing = Standing::kRevoked;
  KeyEntry& second = index.add(facts, index.owner_of("acme", "alice"));

  EXPECT_EQ(&first, &second);
  EXPECT_EQ(index.size(), 1U);
  EXPECT_EQ(first.standing.load(), Standing::kRevoked);
}

TEST(KeyIndexTest, TenantStandingReachesItsOwnersAlone) {
  KeyIndex index;
  const Owner& alice = index.owner_of("acme", "alice");
  const Owner& bob = index.owner_of("globex", "bob");
  index.set_tenant_standing("acme", Standing::kRevoked);

  EXPECT_EQ(alice.tenant_standing.load(), Standing::kRevoked);
  EXPECT_EQ(bob.tenant_standing.load(), Standing::kActive);
  EXPECT_EQ(index.owner_of("acme", "carol").tenant_standing.load(), Standing::kRevoked)
      << "an owner met later is of the same tenant";
}

// A reader on another thread sees every key that was published before it looked, while the
// table grows under it.
TEST(KeyIndexTest, ReadersNeverMissAPublishedKeyWhileItGrows) {
  constexpr int kKeys = 20000;
  KeyIndex index;
  std::atomic<int> published{0};
  std::atomic<int> missed{0};
  std::thread reader([&] {
    for (int seen = 0; seen < kKeys;) {
      seen = published.load(std::memory_order_acquire);
      if (seen > 0 && index.find(facts_of(seen - 1).digest) == nullptr) ++missed;
      if (seen > 100 && index.find(facts_of(seen / 2).digest) == nullptr) ++missed;
    }
  });
  const Owner& owner = index.owner_of("acme", "alice");
  for (int i = 0; i < kKeys; ++i) {
    index.add(facts_of(i), owner);
    published.store(i + 1, std::memory_order_release);
  }
  reader.join();
  EXPECT_EQ(missed.load(), 0);
}

TEST(KeyIndexTest, TransferredKeyIsFoundAsTheHeirsAndDeadForThoseWhoHoldIt) {
  KeyIndex index;
  KeyEntry& before = index.add(facts_of(1), index.owner_of("acme", "alice"));
  for (int i = 2; i < 50; ++i) index.add(facts_of(i), index.owner_of("acme", "alice"));
  KeyEntry& heir = index.transfer(before, facts_of(1), index.owner_of("acme", "bob"));
  EXPECT_EQ(index.find(facts_of(1).digest), &heir);
  EXPECT_EQ(heir.owner->user, "bob");
  EXPECT_EQ(heir.standing.load(), Standing::kActive);
  EXPECT_EQ(before.owner->user, "alice");
  EXPECT_EQ(before.standing.load(), Standing::kRevoked);
  EXPECT_EQ(index.keys(), 49U);
  for (int i = 100; i < 300; ++i) index.add(facts_of(i), index.owner_of("acme", "alice"));
  EXPECT_EQ(index.find(facts_of(1).digest), &heir) << "after growing too";
}

TEST(KeyIndexTest, KeysOfAnOwnerAreThoseItHasNow) {
  KeyIndex index;
  for (int i = 0; i < 6; ++i) {
    index.add(facts_of(i), index.owner_of(i < 4 ? "acme" : "globex", i % 2 == 0 ? "ann" : "ben"));
  }
  const auto count = [&](std::string_view tenant, std::string_view user) {
    int keys = 0;
    index.for_each_of(tenant, user, [&](KeyEntry&) { ++keys; });
    return keys;
  };
  EXPECT_EQ(count("acme", ""), 4);
  EXPECT_EQ(count("acme", "ann"), 2);
  EXPECT_EQ(count("globex", "ben"), 1);
  index.transfer(*index.find(facts_of(0).digest), facts_of(0), index.owner_of("globex", "ben"));
  EXPECT_EQ(count("acme", "ann"), 1);
  EXPECT_EQ(count("globex", "ben"), 2);
}

}  // namespace
}  // namespace sallyport::test
