// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/audit_chain.hpp"

#include <sqlite3.h>

#include "tests/support/failing_store.hpp"
#include "tests/unit/registry/registry_fixture.hpp"

namespace sallyport::test {
namespace {

class AuditTest : public RegistryFixture {
 protected:
  void SetUp() override {
    RegistryFixture::SetUp();
    const auto id = add_key("one");
    add_key("two");
    ASSERT_TRUE(registry().set_key_state(kOperator, id, Standing::kRevoked, "leaked", kNow));
    ASSERT_FALSE(registry().set_key_state(kOperator, id, Standing::kActive, "oops", kNow));
    ASSERT_TRUE(
        registry().set_user_state(kOperator, "acme", "alice", Lifecycle::kRemoved, "left", kNow));
  }

  static AuditVerdict verify(const StoreReader& store, AuditHead expected = {},
                             AuditHead remembered = {}) {
    AuditVerifier verifier(store, expected, remembered);
    for (;;) {
      const auto more = verifier.step();
      EXPECT_TRUE(more) << to_string(more.error());
      if (!more || !*more) return verifier.verdict();
    }
  }
  AuditVerdict verify() { return verify(*store_); }
  std::vector<AuditRecord> records() { return store_->audit_page(0, 1000).value(); }

  /// What somebody does to the file who has it, its triggers out of the way.
  void tamper(const std::string& sql) {
    registry_.reset();
    store_.reset();
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(file_.c_str(), &database), SQLITE_OK);
    const std::string all =
        "BEGIN; DROP TRIGGER IF EXISTS audit_is_not_rewritten;"
        "DROP TRIGGER IF EXISTS audit_is_not_cut; DROP TRIGGER IF EXISTS log_is_not_rewritten;"
        "DROP TRIGGER IF EXISTS log_is_not_cut;" +
        sql + "; COMMIT";
    EXPECT_EQ(sqlite3_exec(database, all.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database) << ": " << sql;
    sqlite3_close(database);
    open();
  }

  /// It is found, and nothing else is in the way of finding it.
  void expect_found(const std::string& sql, const std::string& undo) {
    tamper(sql);
    EXPECT_NE(verify().fault, "") << sql;
    tamper(undo);
    EXPECT_EQ(verify().fault, "") << undo;
  }

  static std::string at(std::uint64_t sequence) {
    return " WHERE sequence = " + std::to_string(sequence);
  }
};

TEST_F(AuditTest, EveryActIsThereDoneOrRefusedWithWhoWhatWhyAndRevision) {
  const auto all = records();
  ASSERT_EQ(all.size(), 8U);
  EXPECT_EQ(all[0].subject, "acme");
  EXPECT_EQ(all[3].detail, "for acme/alice");
  EXPECT_EQ(all[5].verb, "revoke");
  EXPECT_EQ(all[5].actor, "uid 0");
  EXPECT_EQ(all[5].reason, "leaked");
  EXPECT_EQ(all[5].revision, 6U);
  EXPECT_EQ(all[5].refusal, "");
  EXPECT_EQ(all[6].verb, "resume");
  EXPECT_EQ(all[6].subject, all[5].subject);
  EXPECT_NE(all[6].refusal.find("revoked"), std::string::npos);
  EXPECT_EQ(all[6].revision, 6U);
  EXPECT_EQ(all[7].subject, "acme/alice");
  EXPECT_EQ(all[7].detail, "and 1 more");
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].sequence, i + 1);
  EXPECT_EQ(verify().fault, "");
  EXPECT_EQ(verify().records, 8U);
  EXPECT_EQ(verify().head.hash, all[7].hash);
}

TEST_F(AuditTest, EveryEditOfEveryRecordIsFound) {
  const std::vector<std::pair<std::string, std::string>> texts = {{"actor", "'uid 7'"},
                                                                  {"verb", "'look'"},
                                                                  {"subject", "'x'"},
                                                                  {"detail", "'x'"},
                                                                  {"reason", "'x'"},
                                                                  {"refusal", "'x'"},
                                                                  {"at", "at + 1"},
                                                                  {"kind", "(kind + 1)"},
                                                                  {"revision", "revision + 1"},
                                                                  {"changes", "zeroblob(31)"},
                                                                  {"hash", "zeroblob(32)"}};
  tamper("CREATE TABLE kept AS SELECT * FROM audit");
  for (const auto& record : records()) {
    for (const auto& [column, value] : texts) {
      expect_found("UPDATE audit SET " + column + " = " + value + at(record.sequence),
                   "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept");
    }
  }
}

TEST_F(AuditTest, EveryCutAndSwapOfRecordsIsFound) {
  tamper("CREATE TABLE kept AS SELECT * FROM audit");
  const std::string undo = "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept";
  const auto count = records().size();
  for (std::uint64_t i = 1; i <= count; ++i) {
    expect_found("DELETE FROM audit" + at(i), undo);
    expect_found("DELETE FROM audit WHERE sequence >= " + std::to_string(i), undo);
    expect_found("DELETE FROM audit" + at(i) +
                     "; UPDATE audit SET sequence = -sequence WHERE"
                     " sequence > " +
                     std::to_string(i) +
                     "; UPDATE audit SET sequence = -sequence - 1 WHERE sequence < 0",
                 undo);
    for (std::uint64_t j = i + 1; j <= count; ++j) {
      expect_found("UPDATE audit SET sequence = 99" + at(i) +
                       "; UPDATE audit SET sequence = " + std::to_string(i) + at(j) +
                       "; UPDATE audit SET sequence = " + std::to_string(j) + at(99),
                   undo);
    }
  }
}

TEST_F(AuditTest, EveryEditAndCutOfTheChangeLogIsFound) {
  tamper("CREATE TABLE kept AS SELECT * FROM changes");
  const std::string undo = "DELETE FROM changes; INSERT INTO changes SELECT * FROM kept";
  for (const auto& line : store_->changes_since(0, 1000).value()) {
    const std::string where = " WHERE revision = " + std::to_string(line.revision) +
                              " AND sequence = " + std::to_string(line.sequence);
    for (const auto* edit : {"actor = 'x'", "subject = 'x'", "verb = 'x'", "reason = 'x'",
                             "at = at + 1", "kind = kind + 1", "sequence = sequence + 7"}) {
      expect_found("UPDATE changes SET " + std::string(edit) + where, undo);
    }
    expect_found("DELETE FROM changes" + where, undo);
  }
}

// What one who has the whole file can do, and no file can show: that takes a head kept elsewhere.
TEST_F(AuditTest, WholeNewTailIsFoundByAHeadThatWasKeptElsewhere) {
  const AuditHead kept{records()[7].sequence, records()[7].hash};
  const AuditHead earlier{records()[2].sequence, records()[2].hash};
  tamper(
      "DELETE FROM audit WHERE sequence > 5; DELETE FROM changes WHERE revision > 5;"
      "UPDATE audit_head SET (sequence, hash) = (SELECT sequence, hash FROM audit" +
      at(5) + ")");
  EXPECT_EQ(verify().fault, "");
  EXPECT_NE(verify(*store_, kept).fault, "");
  EXPECT_NE(verify(*store_, {}, kept).fault, "") << "the agent remembers while it runs";
  EXPECT_EQ(verify(*store_, earlier).fault, "");
  for (int i = 0; i < 3; ++i) add_key("other " + std::to_string(i), "bob");
  EXPECT_NE(verify(*store_, kept).fault, "") << "a longer log is not the same log";
  EXPECT_EQ(parse_head(head_text(kept)).value().hash, kept.hash);
  for (const auto* bad : {"", "1", "1:", "x:00", ":", "0:"}) EXPECT_FALSE(parse_head(bad)) << bad;
}

TEST_F(AuditTest, LogGoesOnAfterARestartAndIsVerifiedWhileItGrows) {
  reopen();
  add_key("three", "bob");
  EXPECT_EQ(registry().last_written().sequence, 9U);
  AuditVerifier verifier(*store_, {}, {});
  ASSERT_TRUE(verifier.step().value());
  add_key("four", "bob");
  while (verifier.step().value()) continue;
  EXPECT_EQ(verifier.verdict().fault, "");
  EXPECT_EQ(verifier.verdict().records, 10U);
}

TEST_F(AuditTest, StoreFromBeforeThereWasAnAuditLogIsCoveredFromTheFirstActOn) {
  tamper("DELETE FROM audit; DELETE FROM audit_head");
  EXPECT_EQ(verify().fault, "");
  ASSERT_FALSE(registry().create_tenant(kOperator, "acme", kNow));
  EXPECT_EQ(verify().records, 1U);
  add_key("three", "bob");
  EXPECT_EQ(verify().fault, "");
  tamper("UPDATE changes SET actor = 'x' WHERE revision = 1");
  EXPECT_NE(verify().fault, "");
}

TEST_F(AuditTest, LongTransactionsAreVerifiedPartByPart) {
  ASSERT_TRUE(store_->begin());
  for (int i = 0; i < 4500; ++i) {
    Key key;
    key.id = make_key_id();
    key.digest = digest_of("many " + std::to_string(i));
    key.tenant = "acme";
    key.user = "bob";
    key.env = "live";
    ASSERT_TRUE(store_->put_key(key));
  }
  ASSERT_TRUE(store_->append_change({}));
  ASSERT_TRUE(store_->append_audit(next_record(*store_, {}).value()));
  ASSERT_TRUE(store_->commit());
  ASSERT_EQ(registry()
                .set_user_state(kOperator, "acme", "bob", Lifecycle::kRemoved, "", kNow)
                ->changes.size(),
            4501U);
  EXPECT_EQ(verify().fault, "");
}

TEST_F(AuditTest, WholeKeyOrGarbageThatWasRefusedIsNotKept) {
  const std::string raw = "spk_live_Xy12AbCd_abcdefghijklmnopqrstuvwxyzA_1a2B3c";
  ASSERT_FALSE(registry().set_key_state(kOperator, raw, Standing::kRevoked, "of " + raw, kNow));
  ASSERT_FALSE(registry().create_tenant(kOperator, "a\x1b[2J" + std::string(9000, 'x'), kNow));
  for (const auto& record : records()) {
    for (const auto& text : {record.subject, record.reason, record.detail, record.refusal}) {
      EXPECT_EQ(text.find("abcdefghijklm"), std::string::npos) << text;
      EXPECT_EQ(text.find('\x1b'), std::string::npos);
      EXPECT_LE(text.size(), 300U);
    }
  }
}

}  // namespace
}  // namespace sallyport::test
