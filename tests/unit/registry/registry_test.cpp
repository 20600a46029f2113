// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/registry.hpp"

#include <limits>
#include <random>

#include "tests/unit/registry/registry_fixture.hpp"

namespace sallyport::test {
namespace {

class RegistryTest : public RegistryFixture {};

template <class T>
void expect_refused(const Result<T>& result, Errc code) {
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, code) << to_string(result.error());
}

TEST_F(RegistryTest, NewKeyIsFoundWithAllThatWasAskedFor) {
  auto spec = spec_of("raw");
  spec.not_before = kNow + 1;
  spec.expires_at = kNow + 100;
  spec.limit = {.per_second = std::numeric_limits<std::uint32_t>::max(), .burst = 7};
  spec.traffic = {.packets_per_second = std::numeric_limits<std::uint32_t>::max(),
                  .packet_burst = 8,
                  .bytes_per_second = std::uint64_t{1} << 40,
                  .byte_burst = 9,
                  .egress_per_second = 8};
  spec.note = "for the \"billing\" job; ü'";
  const auto commit = registry().create_key(kOperator, spec, kNow);
  ASSERT_TRUE(commit) << to_string(commit.error());

  EXPECT_EQ(commit->revision, 4U);
  const auto key = registry().get_key(to_view(spec.id)).value();
  EXPECT_EQ(key.digest, spec.digest);
  EXPECT_EQ(key.tenant, "acme");
  EXPECT_EQ(key.user, "alice");
  EXPECT_EQ(key.env, "live");
  EXPECT_EQ(key.state, Standing::kActive);
  EXPECT_EQ(key.created_at, kNow);
  EXPECT_EQ(key.not_before, spec.not_before);
  EXPECT_EQ(key.expires_at, spec.expires_at);
  EXPECT_EQ(key.limit.per_second, spec.limit.per_second);
  EXPECT_EQ(key.limit.burst, 7U);
  EXPECT_EQ(key.traffic, spec.traffic);
  EXPECT_EQ(key.note, spec.note);
}

TEST_F(RegistryTest, RemovingAUserRevokesItsKeysInOneRevision) {
  const auto first = add_key("one");
  const auto second = add_key("two");
  const auto revoked = add_key("three");
  const auto of_bob = add_key("four", "bob");
  ASSERT_TRUE(registry().set_key_state(kOperator, revoked, Standing::kRevoked, "leaked", kNow));
  const auto before = registry().revision().value();
  const auto commit =
      registry().set_user_state(kOperator, "acme", "alice", Lifecycle::kRemoved, "", kNow).value();

  EXPECT_EQ(commit.revision, before + 1);
  EXPECT_EQ(commit.changes.size(), 3U);  // the user and the two keys that were alive
  EXPECT_EQ(std::get<User>(commit.changes[0]).state, Lifecycle::kRemoved);
  EXPECT_EQ(standing(first), Standing::kRevoked);
  EXPECT_EQ(standing(second), Standing::kRevoked);
  EXPECT_EQ(registry().get_key(first)->reason, "user removed");
  EXPECT_EQ(registry().get_key(revoked)->reason, "leaked");
  EXPECT_EQ(standing(of_bob), Standing::kActive);
  const auto log = registry().changes_since(before, 10).value();
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(log[0].subject, "acme/alice");
  EXPECT_EQ(log[1].kind, ChangeKind::kKey);
  EXPECT_EQ(log[1].verb, "revoke");
  EXPECT_EQ(log[2].sequence, 2U);
}

TEST_F(RegistryTest, UserWhoIsMadeAgainDoesNotReviveKeys) {
  const auto id = add_key("one");
  ASSERT_TRUE(registry().set_user_state(kOperator, "acme", "alice", Lifecycle::kRemoved, "", kNow));
  expect_refused(registry().create_key(kOperator, spec_of("two"), kNow), Errc::kNotFound);
  ASSERT_TRUE(registry().create_user(kOperator, "acme", "alice", kNow));

  EXPECT_EQ(standing(id), Standing::kRevoked);
  EXPECT_EQ(registry().users("acme")->size(), 2U);
  const auto fresh = add_key("two");
  EXPECT_EQ(standing(fresh), Standing::kActive);
  ASSERT_TRUE(registry().set_user_state(kOperator, "acme", "alice", Lifecycle::kRemoved, "", kNow));
  EXPECT_EQ(standing(fresh), Standing::kRevoked);
}

TEST_F(RegistryTest, DigestOfARevokedKeyStaysTaken) {
  ASSERT_TRUE(registry().set_key_state(kOperator, add_key("one"), Standing::kRevoked, "", kNow));
  expect_refused(registry().create_key(kOperator, spec_of("one"), kNow), Errc::kExists);
  expect_refused(registry().create_key(kOperator, spec_of("one", "bob"), kNow), Errc::kExists);

  auto same_id = spec_of("two");
  same_id.id = registry().keys({})->front().id;
  expect_refused(registry().create_key(kOperator, same_id, kNow), Errc::kExists);
}

TEST_F(RegistryTest, RevokingTwiceMakesOneRevision) {
  const auto id = add_key("one");
  const auto first =
      registry().set_key_state(kOperator, id, Standing::kRevoked, "leaked", kNow).value();
  const auto second =
      registry().set_key_state(kOperator, id, Standing::kRevoked, "again", kNow).value();

  EXPECT_EQ(first.changes.size(), 1U);
  EXPECT_TRUE(second.changes.empty());
  EXPECT_EQ(second.revision, first.revision);
  EXPECT_EQ(registry().get_key(id)->reason, "leaked");
  EXPECT_TRUE(registry().create_tenant(kOperator, "other", kNow));  // no transaction is left open
}

TEST_F(RegistryTest, KeysAreListedByOwnerAndState) {
  add_key("one");
  const auto revoked = add_key("two");
  add_key("three", "bob");
  ASSERT_TRUE(registry().set_key_state(kOperator, revoked, Standing::kRevoked, "", kNow));
  const auto count = [&](std::string tenant, std::string user, std::optional<Standing> state) {
    return registry().keys({.tenant = tenant, .user = user, .state = state})->size();
  };

  EXPECT_EQ(count("", "", {}), 3U);
  EXPECT_EQ(count("acme", "", {}), 3U);
  EXPECT_EQ(count("acme", "alice", {}), 2U);
  EXPECT_EQ(count("", "alice", {}), 2U);
  EXPECT_EQ(count("", "bob", Standing::kRevoked), 0U);
  EXPECT_EQ(count("acme", "alice", Standing::kRevoked), 1U);
  EXPECT_EQ(count("acme", "", Standing::kActive), 2U);
  EXPECT_EQ(count("", "", Standing::kRevoked), 1U);
  EXPECT_EQ(count("other", "", {}), 0U);
  EXPECT_EQ(registry().key_count().value(), 3U);
}

TEST_F(RegistryTest, WhatIsNotThereIsRefused) {
  expect_refused(registry().get_key("Nonesuch"), Errc::kNotFound);
  expect_refused(registry().set_key_state(kOperator, "Nonesuch", Standing::kRevoked, "", kNow),
                 Errc::kNotFound);
  expect_refused(registry().set_user_state(kOperator, "acme", "eve", Lifecycle::kRemoved, "", kNow),
                 Errc::kNotFound);
  expect_refused(registry().create_user(kOperator, "nowhere", "eve", kNow), Errc::kNotFound);
  expect_refused(registry().create_key(kOperator, spec_of("x", "eve"), kNow), Errc::kNotFound);
  expect_refused(registry().create_user(kOperator, "acme", "alice", kNow), Errc::kExists);
  expect_refused(registry().create_tenant(kOperator, "acme", kNow), Errc::kExists);
  const auto escape = registry().get_key("\x1b[2J" + std::string(9000, 'x'));
  EXPECT_EQ(escape.error().message.find('\x1b'), std::string::npos);
  EXPECT_LT(escape.error().message.size(), 100U);
  EXPECT_EQ(registry().revision().value(), 3U);
}

TEST_F(RegistryTest, NamesNotesAndReasonsAreChecked) {
  const std::vector<std::string> bad = {"",    "-a",  ".a",       "a b",
                                        "a/b", "a\n", "\xc3\xbc", std::string(65, 'a')};
  for (const auto& name : bad) {
    expect_refused(registry().create_tenant(kOperator, name, kNow), Errc::kInvalid);
    expect_refused(registry().create_user(kOperator, "acme", name, kNow), Errc::kInvalid);
    expect_refused(registry().set_mode(kOperator, name, SP_MODE_OFF, kNow), Errc::kInvalid);
  }
  EXPECT_TRUE(registry().create_tenant(kOperator, std::string(64, 'a'), kNow));
  EXPECT_TRUE(registry().create_user(kOperator, "acme", "_A.b@c-9", kNow));

  const auto id = add_key("one");
  for (const std::string& text : {std::string("a\nb"), std::string(257, 'x')}) {
    auto spec = spec_of("two");
    spec.note = text;
    expect_refused(registry().create_key(kOperator, spec, kNow), Errc::kInvalid);
    expect_refused(registry().set_key_state(kOperator, id, Standing::kRevoked, text, kNow),
                   Errc::kInvalid);
    Ban ban;
    ban.reason = text;
    expect_refused(registry().add_ban(kOperator, ban, kNow), Errc::kInvalid);
    expect_refused(registry().create_tenant(Actor{text}, "b", kNow), Errc::kInvalid);
  }
  EXPECT_EQ(standing(id), Standing::kActive);
}

TEST_F(RegistryTest, KeysThatCannotBeAreRefused) {
  const auto expect_bad = [&](auto change) {
    auto spec = spec_of("x");
    change(spec);
    expect_refused(registry().create_key(kOperator, spec, kNow), Errc::kInvalid);
  };
  expect_bad([](KeySpec& spec) { spec.env = ""; });
  expect_bad([](KeySpec& spec) { spec.env = "Live"; });
  expect_bad([](KeySpec& spec) { spec.env = "ninechars"; });
  expect_bad([](KeySpec& spec) { spec.id[3] = '_'; });
  expect_bad([](KeySpec& spec) { spec.expires_at = -1; });
  expect_bad([](KeySpec& spec) { spec.not_before = -1; });
  expect_bad([](KeySpec& spec) { spec.traffic.packet_burst = 1; });
  expect_bad([](KeySpec& spec) { spec.traffic.byte_burst = 1; });
  expect_bad([](KeySpec& spec) { spec.traffic.bytes_per_second = (1ULL << 40) + 1; });
  expect_bad([](KeySpec& spec) { spec.traffic.egress_per_second = (1ULL << 40) + 1; });
  expect_bad([](KeySpec& spec) {
    spec.traffic = {.bytes_per_second = 1, .byte_burst = (1ULL << 40) + 1};
  });
  expect_bad([](KeySpec& spec) { spec.not_before = spec.expires_at = kNow + 5; });
}

TEST_F(RegistryTest, BansArePerSourceAndLastWins) {
  Ban ban;
  ban.source = *Address::parse("2001:db8::1");
  ban.reason = "scan";
  ban.expires_at = kNow + 60;
  ASSERT_TRUE(registry().add_ban(kOperator, ban, kNow));
  ban.source = *Address::parse("2001:db8::2");  // the same /64
  ban.reason = "again";
  ASSERT_TRUE(registry().add_ban(kOperator, ban, kNow + 1));

  const auto bans = registry().bans().value();
  ASSERT_EQ(bans.size(), 1U);
  EXPECT_EQ(bans[0].reason, "again");
  EXPECT_EQ(bans[0].source.to_string(), "2001:db8::");
  ban.expires_at = kNow;
  expect_refused(registry().add_ban(kOperator, ban, kNow), Errc::kInvalid);
  ASSERT_TRUE(registry().remove_ban(kOperator, *Address::parse("2001:db8::3"), kNow));
  expect_refused(registry().remove_ban(kOperator, ban.source, kNow), Errc::kNotFound);
  EXPECT_TRUE(registry().bans()->empty());
}

TEST_F(RegistryTest, RevisionsHaveNoGapOverRandomHistories) {
  std::mt19937 random(11);
  std::vector<std::string> ids;
  Revision last = registry().revision().value();
  for (int step = 0; step < 400; ++step) {
    const std::string user = random() % 2 == 0 ? "alice" : "bob";
    Result<Commit> commit = failure(Errc::kInternal, "");
    switch (random() % 6) {
      case 0:
        commit = registry().create_user(kOperator, "acme", user, kNow);
        break;
      case 1:
        commit = registry().set_user_state(kOperator, "acme", user, Lifecycle::kRemoved, "", kNow);
        break;
      case 2:
        if (!ids.empty())
          commit = registry().set_key_state(kOperator, ids[random() % ids.size()],
                                            Standing::kRevoked, "", kNow);
        break;
      case 3:
        commit = registry().set_mode(kOperator, "api", sp_mode(random() % 3), kNow);
        break;
      default:
        const auto spec = spec_of(std::to_string(random() % 300), user);
        commit = registry().create_key(kOperator, spec, kNow);
        if (commit) ids.emplace_back(to_view(spec.id));
    }
    if (commit && !commit->changes.empty()) ++last;
    ASSERT_TRUE(!commit || commit->revision == last);
    ASSERT_EQ(registry().revision().value(), last);
    if (step % 100 == 99) reopen();
  }
  Revision seen = 0;
  for (const auto& line : registry().changes_since(0, 100000).value()) {
    seen += line.sequence == 0 ? 1 : 0;
    ASSERT_EQ(line.revision, seen);
  }
  EXPECT_EQ(seen, last);
  EXPECT_GT(last, 100U);
}

}  // namespace
}  // namespace sallyport::test
