// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/import.hpp"

#include "agent/registry/audit_chain.hpp"

#include "tests/support/failing_store.hpp"
#include "tests/unit/registry/registry_fixture.hpp"

namespace sallyport::test {
namespace {

ImportRow row_of(std::uint64_t line, std::string_view raw, const std::string& user = "alice",
                 const std::string& tenant = "acme") {
  ImportRow row{.line = line, .key = {}};
  row.key.tenant = tenant;
  row.key.user = user;
  row.key.env = "live";
  row.has_key = !raw.empty();
  if (row.has_key) row.key.digest = digest_of(raw);
  return row;
}

class ImportTest : public RegistryFixture {
 protected:
  Result<Commit> import(const std::vector<ImportRow>& rows, ImportMode mode = ImportMode::kWhole) {
    report_ = {};
    return registry().import_part(kOperator, {rows, mode, make_key_id}, report_, kNow);
  }
  std::string problems() const {
    std::string text;
    for (const auto& [line, why] : report_.problems) {
      text += std::to_string(line) + ": " + why.message + "\n";
    }
    return text;
  }
  Key of(std::string_view raw) { return store_->find_key(digest_of(raw)).value().value(); }

  ImportReport report_;
};

TEST_F(ImportTest, MakesTenantsUsersAndKeysInOneRevision) {
  const auto commit = import({row_of(2, "one"), row_of(3, "two", "carol", "beta"),
                              row_of(4, "", "dave", "beta"), row_of(5, "three", "dave", "beta")});
  ASSERT_TRUE(commit) << to_string(commit.error());
  EXPECT_EQ(commit->revision, 4U);
  EXPECT_EQ(commit->changes.size(), 6U);
  EXPECT_EQ(report_.tenants, 1U);
  EXPECT_EQ(report_.users, 2U);
  EXPECT_EQ(report_.keys, 3U);
  EXPECT_EQ(of("two").tenant, "beta");
  EXPECT_EQ(of("three").user, "dave");
  EXPECT_EQ(of("one").created_at, kNow);
}

TEST_F(ImportTest, TheSameRowsTwiceChangeNothing) {
  const std::vector<ImportRow> rows = {row_of(2, "one"), row_of(3, "two", "carol", "beta")};
  ASSERT_TRUE(import(rows));
  ASSERT_TRUE(
      registry().set_key_state(kOperator, to_view(of("one").id), Standing::kRevoked, "", kNow));
  const std::string before = dump(*store_);

  const auto again = import(rows);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->changes.empty());
  EXPECT_EQ(report_.present, 2U);
  EXPECT_EQ(report_.keys, 0U);
  EXPECT_EQ(dump(*store_), before);  // what was revoked stays so
}

TEST_F(ImportTest, OneWrongRowKeepsAllOfThemOut) {
  add_key("bobs", "bob");
  ASSERT_TRUE(registry().create_tenant(kOperator, "gone", kNow));
  ASSERT_TRUE(registry().set_tenant_state(kOperator, "gone", Lifecycle::kRemoved, "", kNow));
  auto odd = row_of(6, "odd");
  odd.key.env = "LIVE";
  auto whole_key = row_of(7, "noted");
  whole_key.key.note = "was spk_live_Xy12AbCd_abc";
  const std::vector<ImportRow> rows = {row_of(2, "one"),
                                       row_of(3, "bobs"),
                                       row_of(4, "x", "-eve"),
                                       row_of(5, "y", "eve", "gone"),
                                       odd,
                                       whole_key};
  const std::string before = dump(*store_);

  EXPECT_FALSE(import(rows, ImportMode::kWhole));
  const std::string wrong = problems();
  EXPECT_NE(wrong.find("3: the key is there already, as "), std::string::npos) << wrong;
  EXPECT_NE(wrong.find("4: not a name for a user"), std::string::npos) << wrong;
  EXPECT_NE(wrong.find("5: tenant gone was removed"), std::string::npos) << wrong;
  EXPECT_NE(wrong.find("6: not an environment"), std::string::npos) << wrong;
  EXPECT_NE(wrong.find("7: there is what looks like a whole key"), std::string::npos) << wrong;
  EXPECT_EQ(dump(*store_), before);

  ASSERT_TRUE(import(rows, ImportMode::kCheck));
  EXPECT_EQ(problems().size(), wrong.size());
  EXPECT_EQ(dump(*store_), before);

  ASSERT_TRUE(import(rows, ImportMode::kKeepGoing));
  EXPECT_EQ(report_.keys, 1U);
  EXPECT_EQ(report_.problems.size(), 5U);
  EXPECT_EQ(of("one").user, "alice");
}

TEST_F(ImportTest, AGivenIdIsKeptAndATakenOneIsRefused) {
  const std::string taken = add_key("there");
  auto row = row_of(2, "one");
  row.has_id = true;
  std::copy_n("Xy12AbCd", 8, row.key.id.begin());
  row.key.state = Standing::kRevoked;
  row.key.reason = "left";
  row.key.created_at = 1000;
  ASSERT_TRUE(import({row}));
  EXPECT_EQ(to_view(of("one").id), "Xy12AbCd");
  EXPECT_EQ(of("one").state, Standing::kRevoked);
  EXPECT_EQ(of("one").created_at, 1000);

  auto other = row_of(3, "two");
  other.has_id = true;
  std::copy(taken.begin(), taken.end(), other.key.id.begin());
  EXPECT_FALSE(import({other}));
  EXPECT_EQ(problems(), "3: another key has the id " + taken + "\n");
}

TEST_F(ImportTest, IsToldToFollowersOnceItIsDurable) {
  ASSERT_TRUE(import({row_of(2, "one")}));
  EXPECT_FALSE(registry().is_settled());
  EXPECT_TRUE(registry().changes_since(3, 100).value().empty());

  ASSERT_TRUE(registry().end_import(kOperator, report_, "", kNow));
  EXPECT_TRUE(registry().is_settled());
  EXPECT_EQ(registry().changes_since(3, 100).value().size(), 1U);
}

TEST_F(ImportTest, AnyOtherChangeMakesItDurableToo) {
  ASSERT_TRUE(import({row_of(2, "one")}));
  ASSERT_TRUE(registry().create_user(kOperator, "acme", "carol", kNow));
  EXPECT_TRUE(registry().is_settled());
  EXPECT_EQ(registry().changes_since(3, 100).value().size(), 2U);
}

TEST_F(ImportTest, IsInTheAuditLogWithWhatCameOfIt) {
  ASSERT_TRUE(import({row_of(2, "one"), row_of(3, "two")}));
  ASSERT_TRUE(registry().end_import(kOperator, report_, "the caller went away", kNow));
  const auto last = store_->last_audit().value().value();
  EXPECT_EQ(last.verb, "import");
  EXPECT_EQ(last.subject, "0 tenants, 0 users and 2 keys in all");
  EXPECT_EQ(last.refusal, "the caller went away");
  AuditVerifier verifier(*store_, {}, registry().last_written());
  while (verifier.step().value()) continue;
  EXPECT_EQ(verifier.verdict().fault, "");
}

TEST_F(ImportTest, LeavesNothingBehindWhereTheStoreFails) {
  const std::vector<ImportRow> rows = {row_of(2, "one"), row_of(3, "two", "carol", "beta")};
  const std::string before = dump(*store_);
  FailingStore failing(*store_);
  Registry registry(failing);
  unsigned step = 1;
  for (;; ++step) {
    failing.fail_at(step);
    ImportReport report;
    if (registry.import_part(kOperator, {rows, ImportMode::kWhole, make_key_id}, report, kNow)) {
      break;
    }
    ASSERT_EQ(dump(*store_), before) << "step " << step;
  }
  EXPECT_GT(step, 8U);
  EXPECT_EQ(of("two").tenant, "beta");
}

}  // namespace
}  // namespace sallyport::test
