// SPDX-License-Identifier: Apache-2.0
#include "agent/association/checks.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "agent/base/key_format.hpp"

namespace sallyport::test {
namespace {

constexpr UnixSeconds kNow = 1'800'000'000;

class ChecksTest : public testing::Test {
 protected:
  ChecksTest() {
    facts_.digest = digest_of(raw_);
    facts_.id = new_key_.id;
  }

  KeyEntry& add() { return index_.add(facts_, index_.owner_of("acme", "alice")); }

  Association check(std::string_view claimed_user = {}) {
    return check_association(
        {.presented_key = raw_, .claimed_user = claimed_user, .is_ambiguous = false}, index_, kNow);
  }

  NewKey new_key_ = make_key("live").value();
  std::string raw_ = new_key_.raw;
  KeyFacts facts_;
  KeyIndex index_;
};

TEST_F(ChecksTest, ActiveKeyOfAnActiveOwnerIsAllowed) {
  KeyEntry& entry = add();
  EXPECT_EQ(check().code, CheckCode::kAllowed);
  EXPECT_EQ(check().key, &entry);
  EXPECT_EQ(check("alice").code, CheckCode::kAllowed);
}

TEST_F(ChecksTest, NoKeyIsMissing) {
  EXPECT_EQ(check_association({}, index_, kNow).code, CheckCode::kMissingKey);
}

TEST_F(ChecksTest, WrongChecksumIsMalformedEvenWhenTheRestIsKnown) {
  add();
  raw_.back() = raw_.back() == 'a' ? 'b' : 'a';
  EXPECT_EQ(check().code, CheckCode::kMalformedKey);
}

TEST_F(ChecksTest, OverlongKeyIsMalformed) {
  raw_.assign(kMaxRawKey + 1, 'x');
  EXPECT_EQ(check().code, CheckCode::kMalformedKey);
}

TEST_F(ChecksTest, OneOfSeveralKeysIsMalformedHoweverGoodItIs) {
  add();
  const auto answer = check_association(
      {.presented_key = raw_, .claimed_user = {}, .is_ambiguous = true}, index_, kNow);
  EXPECT_EQ(answer.code, CheckCode::kMalformedKey);
  EXPECT_EQ(answer.digest, digest_of(raw_));
}

TEST_F(ChecksTest, WellFormedStrangerIsUnknown) {
  EXPECT_EQ(check().code, CheckCode::kUnknownKey);
}

TEST_F(ChecksTest, ImportedKeyOfAForeignFormatIsAllowed) {
  raw_ = "AKIA-foreign-0001";
  facts_.digest = digest_of(raw_);
  add();
  EXPECT_EQ(check().code, CheckCode::kAllowed);
}

TEST_F(ChecksTest, RevokedKeyIsRefusedAndStillNamed) {
  facts_.standing = Standing::kRevoked;
  KeyEntry& entry = add();
  EXPECT_EQ(check().code, CheckCode::kRevokedKey);
  EXPECT_EQ(check().key, &entry);
}

TEST_F(ChecksTest, SuspendedKeyIsRefused) {
  facts_.standing = Standing::kSuspended;
  add();
  EXPECT_EQ(check().code, CheckCode::kSuspendedKey);
}

TEST_F(ChecksTest, KeyExpiresOnTheSecond) {
  facts_.expires_at = kNow + 1;
  add();
  EXPECT_EQ(check().code, CheckCode::kAllowed);
  facts_.expires_at = kNow;
  add();
  EXPECT_EQ(check().code, CheckCode::kExpiredKey);
}

TEST_F(ChecksTest, KeyIsRefusedBeforeItsTime) {
  facts_.not_before = kNow + 1;
  add();
  EXPECT_EQ(check().code, CheckCode::kNotYetValid);
}

TEST_F(ChecksTest, InactiveOwnersAreRefusedTenantFirst) {
  add();
  Owner& owner = index_.owner_of("acme", "alice");
  owner.user_standing = Standing::kRevoked;
  EXPECT_EQ(check().code, CheckCode::kInactiveUser);
  owner.tenant_standing = Standing::kSuspended;
  EXPECT_EQ(check().code, CheckCode::kInactiveTenant);
}

TEST_F(ChecksTest, ClaimOfAnotherUserIsAMismatch) {
  add();
  EXPECT_EQ(check("bob").code, CheckCode::kUserMismatch);
  EXPECT_EQ(check("alice2").code, CheckCode::kUserMismatch);
  EXPECT_EQ(check("Alice").code, CheckCode::kUserMismatch);
}

TEST_F(ChecksTest, FirstRefusalInTheDesignsOrderWins) {
  facts_.standing = Standing::kRevoked;
  facts_.expires_at = 1;
  add();
  index_.owner_of("acme", "alice").tenant_standing = Standing::kSuspended;
  EXPECT_EQ(check("bob").code, CheckCode::kRevokedKey);
}

TEST(CheckCodeTest, CodesAreUniqueAndUniformOnesDiscloseNothing) {
  std::set<std::string_view> codes;
  for (auto i = 0U; i < static_cast<unsigned>(CheckCode::kCount); ++i) {
    const auto code = static_cast<CheckCode>(i);
    EXPECT_TRUE(codes.insert(info(code).code).second) << info(code).code;
    if (info(code).disclosure == Disclosure::kUniform) {
      EXPECT_EQ(disclosed_code(code), "invalid-key");
      EXPECT_EQ(info(code).status, 401U);
    } else {
      EXPECT_EQ(disclosed_code(code), info(code).code);
    }
  }
}

}  // namespace
}  // namespace sallyport::test
