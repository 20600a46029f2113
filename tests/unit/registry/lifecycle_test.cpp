// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/registry/registry_fixture.hpp"

namespace sallyport::test {
namespace {

class LifecycleTest : public RegistryFixture {
 protected:
  Result<Commit> set_state(const std::string& id, Standing state, std::string_view why = "") {
    return registry().set_key_state(kOperator, id, state, why, kNow);
  }
  Result<Commit> set_user(Lifecycle state, std::string_view name = "alice") {
    return registry().set_user_state(kOperator, "acme", name, state, "", kNow);
  }
  Result<Commit> set_tenant(Lifecycle state) {
    return registry().set_tenant_state(kOperator, "acme", state, "", kNow);
  }
  Result<Commit> update(const std::string& id, const KeyPatch& patch) {
    return registry().update_key(kOperator, id, patch, "", kNow);
  }
  Result<Commit> rotate(const std::string& id, std::string_view raw, UnixSeconds overlap_ends) {
    const KeyRotation rotation{.id = make_key_id(),
                               .digest = digest_of(raw),
                               .expires_at = kNow + 1000,
                               .overlap_ends = overlap_ends};
    return registry().rotate_key(kOperator, id, rotation, "", kNow);
  }
  Key key(const std::string& id) { return registry().get_key(id).value(); }
};

template <class T>
void expect_refused(const Result<T>& result, Errc code) {
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, code) << to_string(result.error());
}

TEST_F(LifecycleTest, SuspendedKeyIsResumedAndForgetsWhy) {
  const auto id = add_key("one");
  const auto suspended = set_state(id, Standing::kSuspended, "odd traffic").value();
  EXPECT_EQ(suspended.changes.size(), 1U);
  EXPECT_EQ(key(id).state, Standing::kSuspended);
  EXPECT_EQ(key(id).reason, "odd traffic");
  EXPECT_TRUE(set_state(id, Standing::kSuspended)->changes.empty());

  ASSERT_TRUE(set_state(id, Standing::kActive));
  EXPECT_EQ(key(id).state, Standing::kActive);
  EXPECT_EQ(key(id).reason, "");
  const auto log = registry().changes_since(suspended.revision - 1, 10).value();
  EXPECT_EQ(log[0].verb, "suspend");
  EXPECT_EQ(log[0].reason, "odd traffic");
  EXPECT_EQ(log[1].verb, "resume");
}

TEST_F(LifecycleTest, RevokedKeyStaysSoWhateverIsAsked) {
  const auto id = add_key("one");
  ASSERT_TRUE(set_state(id, Standing::kRevoked, "leaked"));
  const auto before = dump(*store_);
  expect_refused(set_state(id, Standing::kActive), Errc::kConflict);
  expect_refused(set_state(id, Standing::kSuspended), Errc::kConflict);
  expect_refused(update(id, {.expires_at = kNow + 5}), Errc::kConflict);
  expect_refused(rotate(id, "two", kNow + 5), Errc::kConflict);
  expect_refused(registry().transfer_key(kOperator, id, "acme", "bob", "", kNow), Errc::kConflict);
  EXPECT_EQ(dump(*store_), before);
}

TEST_F(LifecycleTest, PatchChangesWhatItNamesAndNothingElse) {
  auto spec = spec_of("one");
  spec.expires_at = kNow + 100;
  spec.limit = {.per_second = 5, .burst = 3};
  spec.traffic = {.packets_per_second = 9, .packet_burst = 9, .egress_per_second = 7};
  spec.note = "as it was";
  ASSERT_TRUE(registry().create_key(kOperator, spec, kNow));
  const std::string id(to_view(spec.id));

  ASSERT_TRUE(update(id, {.per_second = 50}));
  EXPECT_EQ(key(id).limit, (RequestLimit{.per_second = 50, .burst = 3}));
  EXPECT_EQ(key(id).traffic, spec.traffic);
  EXPECT_EQ(key(id).note, "as it was");
  EXPECT_EQ(key(id).expires_at, kNow + 100);
  ASSERT_TRUE(update(id, {.expires_at = 0, .packets_per_second = 0, .note = ""}));
  EXPECT_EQ(key(id).traffic, (TrafficLimit{.egress_per_second = 7}));
  EXPECT_EQ(key(id).expires_at, 0);
  EXPECT_EQ(key(id).note, "");
  expect_refused(update(id, {.byte_burst = 4}), Errc::kInvalid);
  expect_refused(update(id, {.egress_per_second = (1ULL << 40) + 1}), Errc::kInvalid);
  expect_refused(update(id, {.note = "a\nb"}), Errc::kInvalid);
}

TEST_F(LifecycleTest, SuspensionOfAnOwnerStandsAboveItsKeysAndGivesThemBackAsTheyWere) {
  const auto good = add_key("one");
  const auto suspended = add_key("two");
  ASSERT_TRUE(set_state(suspended, Standing::kSuspended));
  EXPECT_EQ(set_user(Lifecycle::kSuspended)->changes.size(), 1U);
  expect_refused(registry().create_key(kOperator, spec_of("three"), kNow), Errc::kConflict);
  expect_refused(rotate(good, "four", kNow + 5), Errc::kConflict);
  EXPECT_TRUE(set_user(Lifecycle::kSuspended)->changes.empty());
  ASSERT_TRUE(set_user(Lifecycle::kActive));
  EXPECT_EQ(standing(good), Standing::kActive);
  EXPECT_EQ(standing(suspended), Standing::kSuspended);
}

TEST_F(LifecycleTest, RemovedTenantTakesUsersAndKeysAlongInOneRevision) {
  const auto of_alice = add_key("one");
  const auto of_bob = add_key("two", "bob");
  const auto before = registry().revision().value();
  const auto commit = set_tenant(Lifecycle::kRemoved).value();
  EXPECT_EQ(commit.revision, before + 1);
  EXPECT_EQ(commit.changes.size(), 5U);  // the tenant, two users, two keys
  EXPECT_EQ(standing(of_alice), Standing::kRevoked);
  EXPECT_EQ(key(of_bob).reason, "tenant removed");
  EXPECT_TRUE(registry().users("acme")->empty());
  expect_refused(set_tenant(Lifecycle::kActive), Errc::kConflict);
  expect_refused(registry().create_tenant(kOperator, "acme", kNow), Errc::kExists);
  expect_refused(registry().create_user(kOperator, "acme", "eve", kNow), Errc::kConflict);
}

TEST_F(LifecycleTest, TransferredKeyIsTheOtherUsers) {
  const auto id = add_key("one");
  EXPECT_TRUE(registry().transfer_key(kOperator, id, "acme", "alice", "", kNow)->changes.empty());
  const auto commit = registry().transfer_key(kOperator, id, "acme", "bob", "moved", kNow).value();
  EXPECT_EQ(key(id).user, "bob");
  EXPECT_EQ(registry().changes_since(commit.revision - 1, 1)->front().verb, "transfer");
  expect_refused(registry().transfer_key(kOperator, id, "acme", "eve", "", kNow), Errc::kNotFound);
  ASSERT_TRUE(set_user(Lifecycle::kSuspended));
  expect_refused(registry().transfer_key(kOperator, id, "acme", "alice", "", kNow),
                 Errc::kConflict);
  ASSERT_TRUE(set_user(Lifecycle::kRemoved, "bob"));
  EXPECT_EQ(standing(id), Standing::kRevoked);
}

TEST_F(LifecycleTest, RotationMakesASuccessorAndBringsTheEndForward) {
  auto spec = spec_of("one");
  spec.limit = {.per_second = 5, .burst = 3};
  spec.note = "ci";
  ASSERT_TRUE(registry().create_key(kOperator, spec, kNow));
  const std::string old(to_view(spec.id));
  const auto commit = rotate(old, "two", kNow + 60).value();
  ASSERT_EQ(commit.changes.size(), 2U);
  const auto fresh = key(key(old).successor);
  EXPECT_EQ(fresh.predecessor, old);
  EXPECT_EQ(fresh.digest, digest_of("two"));
  EXPECT_EQ(fresh.limit, spec.limit);
  EXPECT_EQ(fresh.note, "ci");
  EXPECT_EQ(fresh.expires_at, kNow + 1000);
  EXPECT_EQ(key(old).expires_at, kNow + 60);
  EXPECT_EQ(standing(old), Standing::kActive);
  expect_refused(rotate(old, "three", kNow + 60), Errc::kConflict);
  const std::string next(to_view(fresh.id));
  ASSERT_TRUE(rotate(next, "four", kNow + 5000));
  EXPECT_EQ(key(next).expires_at, kNow + 1000) << "a rotation never makes a key last longer";
  ASSERT_TRUE(update(next, {.expires_at = kNow}));
  expect_refused(rotate(key(next).successor, "one", kNow + 5), Errc::kExists);
}

TEST_F(LifecycleTest, KeyThatIsNotGoodIsNotRotated) {
  const auto id = add_key("one");
  ASSERT_TRUE(set_state(id, Standing::kSuspended));
  expect_refused(rotate(id, "two", kNow + 5), Errc::kConflict);
  ASSERT_TRUE(set_state(id, Standing::kActive));
  ASSERT_TRUE(update(id, {.expires_at = kNow}));
  expect_refused(rotate(id, "two", kNow + 5), Errc::kConflict);
}

TEST_F(LifecycleTest, UsesAreKeptWithoutARevision) {
  const auto id = registry().get_key(add_key("one")).value().id;
  const auto before = store_->revision().value();
  ASSERT_TRUE(store_->save_uses(std::vector<KeyUseRecord>{{id, kNow, 7}}));
  ASSERT_TRUE(store_->save_uses(std::vector<KeyUseRecord>{{id, kNow + 5, ~0ULL}}));
  reopen();
  std::vector<KeyUseRecord> uses;
  ASSERT_TRUE(store_->for_each_use([&](const KeyUseRecord& use) { uses.push_back(use); }));
  ASSERT_EQ(uses.size(), 1U);
  EXPECT_EQ(uses[0].id, id);
  EXPECT_EQ(uses[0].at, kNow + 5);
  EXPECT_EQ(uses[0].source, ~0ULL);
  EXPECT_EQ(store_->revision().value(), before);
}

TEST_F(LifecycleTest, LeakedKeysThatAreKnownAreRevokedInOneRevision) {
  const auto one = add_key("one");
  const auto two = add_key("two", "bob");
  const auto gone = add_key("three");
  const auto spared = add_key("four");
  ASSERT_TRUE(set_state(gone, Standing::kRevoked, "before"));
  const std::vector<KeyDigest> digests = {digest_of("one"), digest_of("nobody's"), digest_of("two"),
                                          digest_of("three"), digest_of("one")};
  const auto commit = registry().revoke_leaked(kOperator, digests, "in a gist", kNow).value();
  EXPECT_EQ(commit.changes.size(), 2U);
  EXPECT_EQ(key(one).reason, "in a gist");
  EXPECT_EQ(standing(two), Standing::kRevoked);
  EXPECT_EQ(key(gone).reason, "before");
  EXPECT_EQ(standing(spared), Standing::kActive);
  EXPECT_TRUE(registry().revoke_leaked(kOperator, digests, "", kNow)->changes.empty());
}

}  // namespace
}  // namespace sallyport::test
