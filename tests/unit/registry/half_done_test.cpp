// SPDX-License-Identifier: Apache-2.0
#include "tests/support/failing_store.hpp"
#include "tests/unit/registry/registry_fixture.hpp"

namespace sallyport::test {
namespace {

/// Whatever step of a change fails, nothing of it is visible, and the next change goes through.
class HalfDoneTest : public RegistryFixture {
 protected:
  using Change = std::function<Result<Commit>(Registry&)>;

  void expect_all_or_nothing(const Change& change) {
    FailingStore failing(*store_);
    Registry registry(failing);
    const auto before = dump(*store_);
    for (unsigned step = 1; step < 50; ++step) {
      failing.fail_at(step);
      const auto commit = change(registry);
      if (commit) {
        EXPECT_EQ(failing.steps(), step - 1);  // every step has had its turn
        EXPECT_GE(step, 5U);                   // begin, write, log, commit
        EXPECT_NE(dump(*store_), before);
        return;
      }
      ASSERT_EQ(commit.error().code, Errc::kFull) << to_string(commit.error());
      ASSERT_EQ(dump(*store_), before) << "after step " << step << " failed";
    }
    FAIL() << "it never went through";
  }
};

TEST_F(HalfDoneTest, RemovingAUserWithKeys) {
  for (const char* raw : {"one", "two", "three"}) add_key(raw);
  expect_all_or_nothing([](Registry& registry) {
    return registry.set_user_state(kOperator, "acme", "alice", Lifecycle::kRemoved, "", kNow);
  });
}

TEST_F(HalfDoneTest, CreatingTenantUserAndKey) {
  expect_all_or_nothing(
      [](Registry& registry) { return registry.create_tenant(kOperator, "other", kNow); });
  expect_all_or_nothing(
      [](Registry& registry) { return registry.create_user(kOperator, "acme", "eve", kNow); });
  expect_all_or_nothing(
      [](Registry& registry) { return registry.create_key(kOperator, spec_of("x"), kNow); });
}

TEST_F(HalfDoneTest, RevokingAKey) {
  const auto id = add_key("one");
  expect_all_or_nothing([&](Registry& registry) {
    return registry.set_key_state(kOperator, id, Standing::kRevoked, "leaked", kNow);
  });
}

TEST_F(HalfDoneTest, LifecycleOfKeys) {
  const auto id = add_key("one");
  expect_all_or_nothing([&](Registry& registry) {
    return registry.rotate_key(kOperator, id, {make_key_id(), digest_of("two"), 0, kNow + 9}, "",
                               kNow);
  });
  expect_all_or_nothing([&](Registry& registry) {
    return registry.transfer_key(kOperator, id, "acme", "bob", "", kNow);
  });
  expect_all_or_nothing([](Registry& registry) {
    return registry.set_tenant_state(kOperator, "acme", Lifecycle::kRemoved, "", kNow);
  });
}

TEST_F(HalfDoneTest, Prefixes) {
  const CidrEntry deny{{Cidr::parse("192.0.2.0/24").value(), CidrAction::kDeny}, "scanners", 0};
  const CidrEntry allow{{Cidr::parse("192.0.2.7").value(), CidrAction::kAllow}, "office", 0};
  expect_all_or_nothing(
      [&](Registry& registry) { return registry.put_cidr(kOperator, deny, kNow); });
  const std::vector<CidrEntry> both = {deny, allow};
  expect_all_or_nothing(
      [&](Registry& registry) { return registry.replace_cidrs(kOperator, both, kNow); });
  expect_all_or_nothing(
      [&](Registry& registry) { return registry.remove_cidr(kOperator, deny.rule.prefix, kNow); });
}

TEST_F(HalfDoneTest, BansAndModes) {
  Ban ban;
  ban.source = *Address::parse("192.0.2.7");
  expect_all_or_nothing([&](Registry& registry) { return registry.add_ban(kOperator, ban, kNow); });
  expect_all_or_nothing(
      [&](Registry& registry) { return registry.remove_ban(kOperator, ban.source, kNow); });
  expect_all_or_nothing(
      [](Registry& registry) { return registry.set_mode(kOperator, "api", SP_MODE_OFF, kNow); });
}

}  // namespace
}  // namespace sallyport::test
