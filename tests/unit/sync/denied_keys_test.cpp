// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/denied_keys.hpp"

#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "agent/association/key_index.hpp"

namespace sallyport::test {
namespace {

constexpr UnixSeconds kNow = 1'800'000'000;

/// The table in memory, which fails when it is told to: before or after it has done the work.
class Table final : public DeniedKeyTable {
 public:
  enum class Fails { kNever, kUndone, kDone };

  Result<void> put(std::span<const Row> added) override {
    ++writes;
    if (fails == Fails::kUndone) return broken();
    for (const auto& row : added) held[text_of(row.id)] = row.state;
    return fails == Fails::kDone ? broken() : Result<void>{};
  }
  Result<void> erase(std::span<const sp_denied_key_id> ids) override {
    if (!ids.empty()) ++writes;
    if (fails == Fails::kUndone) return broken();
    for (const auto& id : ids) held.erase(text_of(id));
    return fails == Fails::kDone ? broken() : Result<void>{};
  }
  [[nodiscard]] Result<std::vector<Row>> rows() const override {
    std::vector<Row> rows;
    for (const auto& [text, state] : held) {
      Row row{.id = {}, .state = state};
      std::copy(text.begin(), text.end(), row.id.digest);
      rows.push_back(row);
    }
    return rows;
  }

  static std::string text_of(const sp_denied_key_id& id) {
    return {reinterpret_cast<const char*>(id.digest), sizeof id.digest};
  }

  std::map<std::string, sp_denied_key> held;
  Fails fails = Fails::kNever;
  int writes = 0;

 private:
  static Failure broken() { return failure(Errc::kFull, "made to fail"); }
};

class DeniedKeysTest : public testing::Test {
 protected:
  KeyEntry& add(const std::string& raw, Standing standing = Standing::kActive,
                UnixSeconds expires_at = 0, const std::string& user = "alice") {
    return index_.add({.digest = digest_of(raw), .expires_at = expires_at, .standing = standing},
                      index_.owner_of("acme", user));
  }
  /// The reason that the table has, SP_PASS_BOUND: it is not there.
  sp_verdict held(const std::string& raw) const {
    const auto digest = digest_of(raw);
    const auto found = table_.held.find({digest.begin(), digest.begin() + 16});
    return found == table_.held.end() ? SP_PASS_BOUND
                                      : static_cast<sp_verdict>(found->second.verdict);
  }

  KeyIndex index_;
  Table table_;
  DeniedKeys denied_{table_, true};
};

TEST_F(DeniedKeysTest, KeyIsInTheTableWhileItIsRefused) {
  auto& key = add("a");
  ASSERT_TRUE(denied_.judge(key, kNow));
  EXPECT_EQ(table_.writes, 0) << "a good key costs nothing";

  denied_.set_revision(7);
  key.standing = Standing::kSuspended;
  ASSERT_TRUE(denied_.judge(key, kNow));
  EXPECT_EQ(held("a"), SP_DROP_KEY_SUSPENDED);
  EXPECT_EQ(table_.held.begin()->second.revision, 7U);

  key.standing = Standing::kActive;
  ASSERT_TRUE(denied_.judge(key, kNow));
  EXPECT_EQ(held("a"), SP_PASS_BOUND);
}

TEST_F(DeniedKeysTest, KeyThatIsNotValidYetIsNotInTheTable) {
  auto& early = index_.add({.digest = digest_of("early"), .not_before = kNow + 1},
                           index_.owner_of("acme", "alice"));
  ASSERT_TRUE(denied_.judge(early, kNow));
  EXPECT_TRUE(table_.held.empty());
}

TEST_F(DeniedKeysTest, OwnersTakeTheirKeysAlongAndBringThemBack) {
  add("a");
  add("b");
  add("c", Standing::kActive, 0, "bob");
  auto& alice = index_.owner_of("acme", "alice");
  alice.user_standing = Standing::kRevoked;
  ASSERT_TRUE(denied_.judge_keys_of(index_, "acme", "alice", kNow));
  EXPECT_EQ(held("a"), SP_DROP_OWNER_INACTIVE);
  EXPECT_EQ(held("b"), SP_DROP_OWNER_INACTIVE);
  EXPECT_EQ(held("c"), SP_PASS_BOUND);

  index_.set_tenant_standing("acme", Standing::kSuspended);
  ASSERT_TRUE(denied_.judge_keys_of(index_, "acme", "", kNow));
  EXPECT_EQ(held("c"), SP_DROP_OWNER_INACTIVE);

  index_.set_tenant_standing("acme", Standing::kActive);
  ASSERT_TRUE(denied_.judge_keys_of(index_, "acme", "", kNow));
  EXPECT_EQ(held("c"), SP_PASS_BOUND);
  EXPECT_EQ(held("a"), SP_DROP_OWNER_INACTIVE) << "alice is gone all the same";
}

TEST_F(DeniedKeysTest, SweepFindsWhatHasExpired) {
  add("a", Standing::kActive, kNow + 10);
  ASSERT_TRUE(denied_.sweep(index_, kNow));
  EXPECT_EQ(held("a"), SP_PASS_BOUND);
  ASSERT_TRUE(denied_.sweep(index_, kNow + 10));
  EXPECT_EQ(held("a"), SP_DROP_KEY_EXPIRED);
  ASSERT_TRUE(denied_.sweep(index_, kNow + 11));
  EXPECT_EQ(table_.writes, 1);
}

TEST_F(DeniedKeysTest, SweepComesAroundToEveryKeyInBoundedSteps) {
  for (std::size_t i = 0; i < DeniedKeys::kSweep + 10; ++i) {
    add(std::to_string(i), Standing::kRevoked);
  }
  ASSERT_TRUE(denied_.sweep(index_, kNow));
  EXPECT_EQ(table_.held.size(), DeniedKeys::kSweep);
  ASSERT_TRUE(denied_.sweep(index_, kNow));
  EXPECT_EQ(table_.held.size(), DeniedKeys::kSweep + 10);
}

TEST_F(DeniedKeysTest, FailedDenialIsCountedAndTriedAgain) {
  auto& key = add("a", Standing::kRevoked);
  table_.fails = Table::Fails::kUndone;
  EXPECT_FALSE(denied_.judge(key, kNow));
  EXPECT_EQ(denied_.table_failures(), 1U);
  table_.fails = Table::Fails::kNever;
  ASSERT_TRUE(denied_.sweep(index_, kNow));
  EXPECT_EQ(held("a"), SP_DROP_KEY_REVOKED);
}

// Some of a batch may be in although the batch failed: a key that is good again must be erased.
TEST_F(DeniedKeysTest, KeyOfAFailedWriteIsErasedWhenItIsGoodAgain) {
  auto& key = add("a", Standing::kSuspended);
  table_.fails = Table::Fails::kDone;
  EXPECT_FALSE(denied_.judge(key, kNow));
  ASSERT_EQ(held("a"), SP_DROP_KEY_SUSPENDED);
  table_.fails = Table::Fails::kNever;
  key.standing = Standing::kActive;
  ASSERT_TRUE(denied_.judge(key, kNow));
  EXPECT_EQ(held("a"), SP_PASS_BOUND);
}

TEST_F(DeniedKeysTest, FailedEraseIsTriedAgain) {
  auto& key = add("a", Standing::kSuspended);
  ASSERT_TRUE(denied_.judge(key, kNow));
  key.standing = Standing::kActive;
  table_.fails = Table::Fails::kUndone;
  EXPECT_FALSE(denied_.judge(key, kNow));
  table_.fails = Table::Fails::kNever;
  ASSERT_TRUE(denied_.sweep(index_, kNow));
  EXPECT_EQ(held("a"), SP_PASS_BOUND);
}

TEST_F(DeniedKeysTest, ReplayKeepsWhatIsRightAndMendsTheRest) {
  auto& stays = add("stays", Standing::kRevoked);
  auto& changes = add("changes", Standing::kSuspended);
  add("resumed", Standing::kActive);
  add("new", Standing::kRevoked);
  ASSERT_TRUE(denied_.judge(stays, kNow));
  ASSERT_TRUE(denied_.judge(changes, kNow));
  const auto kept = table_.held;
  for (const auto* raw : {"resumed", "nobody's"}) {
    const auto digest = digest_of(raw);
    table_.held[{digest.begin(), digest.begin() + 16}] = {
        .verdict = SP_DROP_KEY_REVOKED, .reserved = 0, .revision = 0};
  }
  stays.denied_row = changes.denied_row = DeniedRow::kAbsent;  // as a new agent knows them
  changes.standing = Standing::kRevoked;

  DeniedKeys next(table_, true);
  next.set_revision(9);
  ASSERT_TRUE(next.replay(index_, kNow));
  EXPECT_EQ(table_.held.size(), 3U);
  EXPECT_EQ(held("stays"), SP_DROP_KEY_REVOKED);
  EXPECT_EQ(held("changes"), SP_DROP_KEY_REVOKED);
  EXPECT_EQ(held("new"), SP_DROP_KEY_REVOKED);
  EXPECT_EQ(stays.denied_row, DeniedRow::kPresent);
  const auto digest = digest_of("stays");
  EXPECT_EQ((table_.held[{digest.begin(), digest.begin() + 16}].revision), 0U) << "not touched";
}

TEST_F(DeniedKeysTest, ReadBackPutsWhatIsMissingAndErasesWhatIsStrange) {
  auto& key = add("a", Standing::kRevoked);
  ASSERT_TRUE(denied_.judge(key, kNow));
  EXPECT_EQ(denied_.read_back(index_, kNow).value(), 0U);
  table_.held.clear();
  const auto digest = digest_of("nobody's");
  table_.held[{digest.begin(), digest.begin() + 16}] = {
      .verdict = SP_DROP_KEY_REVOKED, .reserved = 0, .revision = 0};
  EXPECT_EQ(denied_.read_back(index_, kNow).value(), 2U);
  EXPECT_EQ(held("a"), SP_DROP_KEY_REVOKED);
  EXPECT_EQ(table_.held.size(), 1U);
  EXPECT_EQ(denied_.read_back(index_, kNow).value(), 0U);
}

TEST_F(DeniedKeysTest, WithoutAServiceInClearTheTableIsEmpty) {
  auto& key = add("a", Standing::kRevoked);
  ASSERT_TRUE(denied_.judge(key, kNow));
  key.denied_row = DeniedRow::kAbsent;

  DeniedKeys unwanted(table_, false);
  ASSERT_TRUE(unwanted.replay(index_, kNow));
  EXPECT_TRUE(table_.held.empty());
  ASSERT_TRUE(unwanted.judge(key, kNow));
  ASSERT_TRUE(unwanted.judge_keys_of(index_, "acme", "", kNow));
  ASSERT_TRUE(unwanted.sweep(index_, kNow));
  EXPECT_TRUE(table_.held.empty());
}

}  // namespace
}  // namespace sallyport::test
