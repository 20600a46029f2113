// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/key_binding.hpp"

#include <gtest/gtest.h>

#include "agent/association/key_index.hpp"
#include "tests/unit/terminator/edge_recorder.hpp"

namespace sallyport::test {
namespace {

using Calls = std::vector<std::string>;

/// A connection that only knows whether it was cut.
struct Connection final : KeyUser {
  void cut_for_key() noexcept override { was_cut = true; }
  bool was_cut = false;
};

class KeyBindingTest : public ::testing::Test {
 protected:
  KeyEntry& add(const char* raw, const char* id) {
    KeyFacts facts{.digest = digest_of(raw), .id = {}};
    facts.id.fill(*id);
    return index.add(facts, index.owner_of("acme", "ann"));
  }

  KeyIndex index;
  EdgeRecorder edge;
  KeyUsers users;
  KeyEntry& a = add("a", "a");
  KeyEntry& b = add("b", "b");
  Connection user;
  KeyBinding binding{edge, users, user, sp_connection_key{}};
};

TEST_F(KeyBindingTest, BindsOnceForAnyNumberOfRequestsOfOneKey) {
  for (int i = 0; i < 3; ++i) {
    binding.use(a);
    binding.on_answered();
  }
  EXPECT_EQ(edge.calls(), (Calls{"bind aaaaaaaa"}));
  EXPECT_EQ(users.count(a), 1u);
  EXPECT_TRUE(binding.is_in_good_standing(unix_now()));
  binding.end(Ended::kClosed);
  EXPECT_EQ(edge.calls(), (Calls{"bind aaaaaaaa", "unbind closed"}));
  EXPECT_EQ(users.count(a), 0u);
}

TEST_F(KeyBindingTest, IsMixedForGoodAfterASecondKey) {
  binding.use(a);
  binding.on_answered();
  binding.use(b);
  EXPECT_EQ(users.count(a), 0u);
  EXPECT_EQ(users.count(b), 1u);
  binding.on_answered();
  EXPECT_EQ(users.count(b), 0u);
  binding.use(a);
  binding.on_answered();
  EXPECT_TRUE(binding.is_mixed());
  EXPECT_FALSE(binding.is_in_good_standing(unix_now()));  // unbound: a ban's drops meet it too
  EXPECT_EQ(edge.calls(), (Calls{"bind aaaaaaaa", "unbind closed"}));
  binding.end(Ended::kCondemned);
  EXPECT_EQ(edge.calls().size(), 2u);
}

TEST_F(KeyBindingTest, IsMixedAfterARefusedOtherKey) {
  binding.use(a);
  binding.on_answered();
  binding.refuse(nullptr);
  EXPECT_TRUE(binding.is_mixed());
  EXPECT_TRUE(binding.was_refused());
  EXPECT_FALSE(binding.is_in_good_standing(unix_now()));
  EXPECT_EQ(edge.count("unbind closed"), 1);
}

TEST_F(KeyBindingTest, StaysBoundWhenItsOwnKeyIsRefused) {
  binding.use(a);
  binding.on_answered();
  binding.refuse(&a);
  EXPECT_FALSE(binding.is_mixed());
  EXPECT_EQ(users.count(a), 1u);
  EXPECT_EQ(edge.calls(), (Calls{"bind aaaaaaaa"}));
}

TEST_F(KeyBindingTest, OfAHopIsMixedFromTheStartAndNoRefusalSpeaksAgainstIt) {
  Connection of_hop;
  KeyBinding hop(edge, users, of_hop, sp_connection_key{}, Carries::kManyKeys);
  EXPECT_TRUE(hop.is_mixed());
  hop.use(a);
  EXPECT_EQ(users.count(a), 1u);
  hop.on_answered();
  EXPECT_EQ(users.count(a), 0u);
  hop.refuse(&a);
  hop.refuse(nullptr);
  EXPECT_FALSE(hop.was_refused());
  hop.end(Ended::kCondemned);
  EXPECT_TRUE(edge.calls().empty());
}

TEST_F(KeyBindingTest, LosesItsGoodStandingWithItsKey) {
  binding.use(a);
  a.standing = Standing::kRevoked;
  EXPECT_FALSE(binding.is_in_good_standing(unix_now()));
}

TEST_F(KeyBindingTest, UnbindsWhatWasCondemnedThoughItWasNeverBound) {
  binding.condemn();
  binding.end(Ended::kCondemned);
  binding.end(Ended::kCondemned);
  EXPECT_EQ(edge.calls(), (Calls{"condemn", "unbind condemned"}));
}

TEST_F(KeyBindingTest, IsFoundByTheCutOfItsKeyAlone) {
  Connection other;
  KeyBinding others(edge, users, other, sp_connection_key{});
  binding.use(a);
  others.use(b);
  EXPECT_EQ(users.cut(a), 1u);
  EXPECT_TRUE(user.was_cut);
  EXPECT_FALSE(other.was_cut);
  EXPECT_EQ(users.cut(a), 0u);
}

TEST_F(KeyBindingTest, LeavesTheListWhenItsUserIsGone) {
  {
    Connection brief;
    KeyBinding binding_of_brief(edge, users, brief, sp_connection_key{});
    binding_of_brief.use(a);
    EXPECT_EQ(users.count(a), 1u);
  }
  EXPECT_EQ(users.count(a), 0u);
  EXPECT_EQ(users.cut(a), 0u);
}

TEST_F(KeyBindingTest, KeysThatNobodyUsesAreForgotten) {
  for (int i = 0; i < 1000; ++i) {
    const std::string raw = "key" + std::to_string(i);
    binding.use(add(raw.c_str(), "k"));
    users.sweep();
  }
  EXPECT_LT(users.size(), 200u);
}

}  // namespace
}  // namespace sallyport::test
