// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "tests/unit/registry/registry_fixture.hpp"

namespace sallyport::test {
namespace {

class KeyPagesTest : public RegistryFixture {
 protected:
  /// Many keys at once, as they could be after years: 7 users, every third with an end, every
  /// fifth suspended.
  void fill(int count) {
    ASSERT_TRUE(registry().create_tenant(kOperator, "globex", kNow));
    ASSERT_TRUE(store_->begin());
    for (int i = 0; i < count; ++i) {
      Key key;
      key.id = make_key_id();
      key.digest = digest_of("raw " + std::to_string(i));
      key.tenant = i % 2 == 0 ? "acme" : "globex";
      key.user = "user" + std::to_string(i % 7);
      key.env = "live";
      key.expires_at = i % 3 == 0 ? kNow + 1 + i / 9 : 0;
      key.state = i % 5 == 0 ? Standing::kSuspended : Standing::kActive;
      ASSERT_TRUE(store_->put_key(key));
      all_.push_back(key);
    }
    ASSERT_TRUE(store_->append_change({}));
    ASSERT_TRUE(store_->commit());
  }

  /// The ids that all pages together have, in their order.
  std::vector<std::string> list(const KeyFilter& filter, std::size_t most) {
    std::vector<std::string> ids;
    KeyCursor at;
    for (;;) {
      const auto page = store_->keys_page(filter, at, most).value();
      EXPECT_LE(page.keys.size(), most);
      for (const auto& key : page.keys) ids.emplace_back(to_view(key.id));
      if (!page.next) return ids;
      at = *page.next;
    }
  }

  std::vector<std::string> expected(const KeyFilter& filter) {
    std::vector<Key> keys;
    std::copy_if(all_.begin(), all_.end(), std::back_inserter(keys),
                 [&](const Key& key) { return filter.matches(key); });
    std::sort(keys.begin(), keys.end(), [&](const Key& a, const Key& b) {
      const bool by_end = filter.ends_before != 0 && a.expires_at != b.expires_at;
      return by_end ? a.expires_at < b.expires_at : a.id < b.id;
    });
    std::vector<std::string> ids;
    for (const auto& key : keys) ids.emplace_back(to_view(key.id));
    return ids;
  }

  std::vector<Key> all_;
};

TEST_F(KeyPagesTest, EveryFilterGivesEveryKeyOnceInOrderWhateverThePage) {
  fill(1000);
  const std::string prefix(to_view(all_[17].id).substr(0, 1));
  std::vector<KeyFilter> filters;
  for (const auto* tenant : {"", "acme", "nobody"}) {
    for (const auto* user : {"", "user3"}) {
      for (const auto& state : {std::optional<Standing>(), std::optional(Standing::kSuspended)}) {
        for (const auto& start : {std::string(), prefix}) {
          for (const UnixSeconds end : {UnixSeconds{0}, kNow + 50}) {
            filters.push_back({tenant, user, state, start, end});
          }
        }
      }
    }
  }
  for (const auto& filter : filters) {
    const auto wanted = expected(filter);
    for (const std::size_t most : {1U, 7U, 5000U}) {
      ASSERT_EQ(list(filter, most), wanted)
          << filter.tenant << "/" << filter.user << " " << filter.state.has_value() << " "
          << filter.prefix << " " << filter.ends_before << " by " << most;
    }
  }
}

TEST_F(KeyPagesTest, FewAmongManyComeInShortPagesThatGoOn) {
  fill(9000);
  const KeyFilter rare{.tenant = "acme", .state = Standing::kRevoked};
  const auto page = store_->keys_page({.user = "nobody", .state = {}}, {}, 10).value();
  EXPECT_TRUE(page.keys.empty());
  EXPECT_TRUE(page.next) << "one page does not look at everything";
  EXPECT_TRUE(list(rare, 10).empty());
  const auto one = std::string(to_view(all_[8000].id));
  EXPECT_EQ(list({.prefix = one}, 10), std::vector<std::string>{one});
}

TEST_F(KeyPagesTest, KeyThatComesOrGoesBetweenPagesDisturbsNoOther) {
  fill(100);
  const auto first = store_->keys_page({}, {}, 50).value();
  add_key("another");
  const auto rest = store_->keys_page({}, *first.next, 5000).value();
  std::set<std::string> seen;
  for (const auto& page : {first, rest}) {
    for (const auto& key : page.keys) EXPECT_TRUE(seen.emplace(to_view(key.id)).second);
  }
  for (const auto& key : all_) EXPECT_TRUE(seen.contains(std::string(to_view(key.id))));
}

TEST_F(KeyPagesTest, PrefixIsNoPattern) {
  add_key("one");
  EXPECT_TRUE(list({.prefix = "%"}, 10).empty());
  EXPECT_TRUE(list({.prefix = "' OR 1 --"}, 10).empty());
}

}  // namespace
}  // namespace sallyport::test
