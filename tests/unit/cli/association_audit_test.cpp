// SPDX-License-Identifier: Apache-2.0
#include "control/cli/association_audit.hpp"

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;
constexpr std::int64_t kDay = 86400;

class AssociationAuditTest : public testing::Test {
 protected:
  void SetUp() override {
    tenant("acme", control::v1::LIFECYCLE_ACTIVE);
    tenant("asleep", control::v1::LIFECYCLE_SUSPENDED);
    user("acme", "alice", control::v1::LIFECYCLE_ACTIVE);
  }
  void tenant(const std::string& name, control::v1::Lifecycle state) {
    control::v1::Tenant row;
    row.set_name(name);
    row.set_state(state);
    audit_.add(row);
  }
  void user(const std::string& tenant, const std::string& name, control::v1::Lifecycle state) {
    control::v1::User row;
    row.set_tenant(tenant);
    row.set_name(name);
    row.set_state(state);
    audit_.add(row);
  }
  /// A key in which nothing is to be found.
  static control::v1::Key good(const std::string& id) {
    control::v1::Key key;
    key.set_id(id);
    key.set_tenant("acme");
    key.set_user("alice");
    key.set_env("live");
    key.set_state(control::v1::KEY_STATE_ACTIVE);
    key.set_created_at(kNow - 200 * kDay);
    key.set_last_used_at(kNow - kDay);
    key.set_expires_at(kNow + kDay);
    return key;
  }
  /// All that was found: "no-expiry Xy12AbCd (acme/alice)".
  std::string found() {
    audit_.finish();
    std::string text;
    for (std::size_t at = 0; at < static_cast<std::size_t>(Finding::kCount); ++at) {
      const auto finding = static_cast<Finding>(at);
      for (const auto& one : audit_.of(finding).first) {
        text += std::string(info(finding).code) + " " + one.subject + "\n";
      }
    }
    return text;
  }

  AssociationAudit audit_{kNow, 90 * kDay, 2};
};

TEST_F(AssociationAuditTest, FindsNothingWhereAllIsWell) {
  audit_.add(good("Xy12AbCd"));
  EXPECT_EQ(found(), "");
}

TEST_F(AssociationAuditTest, FindsKeysWithoutAnEnd) {
  auto key = good("Xy12AbCd");
  key.set_expires_at(0);
  audit_.add(key);
  EXPECT_EQ(found(), "no-expiry Xy12AbCd (acme/alice)\n");
  EXPECT_EQ(audit_.of(Finding::kNoExpiry).first.front().mend,
            "sallyport key set Xy12AbCd --expires 90d");
}

TEST_F(AssociationAuditTest, FindsWhatIsNotUsedFromTheDayOnThatItIsTooLong) {
  auto unused = good("Xy12AbCd");
  unused.set_last_used_at(kNow - 90 * kDay);
  audit_.add(unused);
  auto used = good("Xy12AbCe");
  used.set_last_used_at(kNow - 90 * kDay + 1);
  used.set_env("test");
  audit_.add(used);
  auto never = good("Xy12AbCf");
  never.set_last_used_at(0);
  never.set_env("dev");
  audit_.add(never);
  auto fresh = never;
  fresh.set_id("Xy12AbCg");
  fresh.set_env("lab");
  fresh.set_created_at(kNow - kDay);
  audit_.add(fresh);
  EXPECT_EQ(found(), "never-used Xy12AbCf (acme/alice)\nunused Xy12AbCd (acme/alice)\n");
}

TEST_F(AssociationAuditTest, FindsGoodKeysOfWhoIsSuspended) {
  audit_.add(good("Xy12AbCd"));
  user("acme", "bob", control::v1::LIFECYCLE_SUSPENDED);
  user("asleep", "carol", control::v1::LIFECYCLE_ACTIVE);
  auto bobs = good("Xy12AbCe");
  bobs.set_user("bob");
  audit_.add(bobs);
  auto carols = good("Xy12AbCf");
  carols.set_tenant("asleep");
  carols.set_user("carol");
  audit_.add(carols);
  EXPECT_EQ(found(),
            "inactive-owner Xy12AbCe (acme/bob)\ninactive-owner Xy12AbCf (asleep/carol)\n");
  EXPECT_EQ(info(Finding::kInactiveOwner).severity, Severity::kHigh);
}

TEST_F(AssociationAuditTest, FindsUsersWithoutAGoodKey) {
  auto ended = good("Xy12AbCd");
  ended.set_expires_at(kNow);
  audit_.add(ended);
  EXPECT_EQ(found(), "no-keys acme/alice\n");
}

TEST_F(AssociationAuditTest, FindsSeveralKeysOfOneEnvironmentButNotThoseOfARotation) {
  auto old = good("Xy12AbCd");
  old.set_successor("Xy12AbCe");
  audit_.add(old);
  audit_.add(good("Xy12AbCe"));
  auto other = good("Xy12AbCf");
  other.set_env("test");
  audit_.add(other);
  AssociationAudit before = audit_;
  before.finish();
  EXPECT_EQ(before.of(Finding::kSeveralKeys).count, 0U);

  audit_.add(good("Xy12AbCg"));
  EXPECT_EQ(found(), "several-keys acme/alice\n");
}

TEST_F(AssociationAuditTest, FindsOldBansWithoutAnEnd) {
  audit_.add(good("Xy12AbCd"));
  control::v1::Ban ban;
  ban.set_source("192.0.2.7");
  ban.set_origin(control::v1::BAN_ORIGIN_OPERATOR);
  ban.set_created_at(kNow - 90 * kDay);
  audit_.add(ban);
  ban.set_source("192.0.2.8");
  ban.set_expires_at(kNow + 1);
  audit_.add(ban);
  EXPECT_EQ(found(), "stale-ban 192.0.2.7\n");
}

TEST_F(AssociationAuditTest, CountsAllAndKeepsTheFirst) {
  for (int i = 0; i < 5; ++i) {
    auto key = good("Xy12AbC" + std::to_string(i));
    key.set_env("env" + std::to_string(i));
    key.set_expires_at(0);
    audit_.add(key);
  }
  EXPECT_EQ(audit_.of(Finding::kNoExpiry).count, 5U);
  EXPECT_EQ(audit_.of(Finding::kNoExpiry).first.size(), 2U);
}

}  // namespace
}  // namespace sallyport::test
