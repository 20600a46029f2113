// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/sqlite_store.hpp"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/unit/registry/registry_fixture.hpp"

namespace sallyport::test {
namespace {

class SqliteStoreTest : public RegistryFixture {
 protected:
  void close() {
    registry_.reset();
    store_.reset();
  }

  /// With SQLite itself, as an operator's tool would.
  void execute(const char* sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(file_.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
  }

  std::string bytes() {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& content) {
    std::ofstream(file_, std::ios::binary | std::ios::trunc) << content;
  }

  static Tenant ghost() {
    Tenant tenant;
    tenant.name = "ghost";
    return tenant;
  }

  Failure open_failure(const std::string& file) {
    auto opened = SqliteStore::open(file);
    EXPECT_FALSE(opened);
    return opened ? Failure{} : opened.error();
  }
};

TEST_F(SqliteStoreTest, EverythingSurvivesReopening) {
  add_key("one");
  ASSERT_TRUE(
      registry().set_key_state(kOperator, add_key("two"), Standing::kRevoked, "leaked", kNow));
  Ban ban;
  ban.source = *Address::parse("192.0.2.7");
  ASSERT_TRUE(registry().add_ban(kOperator, ban, kNow));
  ASSERT_TRUE(registry().set_mode(kOperator, "api", SP_MODE_OBSERVE, kNow));
  const auto before = dump(*store_);
  reopen();

  EXPECT_EQ(dump(*store_), before);
  EXPECT_EQ(registry().create_tenant(kOperator, "next", kNow)->revision, 9U);
}

TEST_F(SqliteStoreTest, RollbackLeavesNothing) {
  const auto before = dump(*store_);
  ASSERT_TRUE(store_->begin());
  ASSERT_TRUE(store_->put_tenant(ghost()));
  ASSERT_TRUE(store_->append_change({}));
  EXPECT_TRUE(store_->find_tenant("ghost").value());  // a transaction sees its own writes
  store_->rollback();

  EXPECT_EQ(dump(*store_), before);
  EXPECT_EQ(registry().create_tenant(kOperator, "next", kNow)->revision, 4U);
}

TEST_F(SqliteStoreTest, TransactionThatLoggedNothingIsNotCommitted) {
  ASSERT_TRUE(store_->begin());
  ASSERT_TRUE(store_->put_tenant(ghost()));
  EXPECT_FALSE(store_->commit());

  EXPECT_FALSE(store_->find_tenant("ghost").value());
}

TEST_F(SqliteStoreTest, LogIsReadOnFromAnyRevisionInWholeRevisions) {
  add_key("one");
  add_key("two");
  ASSERT_TRUE(registry().set_user_state(kOperator, "acme", "alice", Lifecycle::kRemoved, "",
                                        kNow));  // revision 6, 3 lines
  ASSERT_TRUE(registry().create_tenant(kOperator, "last", kNow));

  EXPECT_EQ(store_->changes_since(5, 1)->size(), 3U);
  EXPECT_EQ(store_->changes_since(4, 2)->size(), 4U);
  EXPECT_EQ(store_->changes_since(6, 100)->front().subject, "last");
  EXPECT_TRUE(store_->changes_since(7, 100)->empty());
  const auto line = store_->changes_since(0, 1)->front();
  EXPECT_EQ(line.revision, 1U);
  EXPECT_EQ(line.at, kNow);
  EXPECT_EQ(line.actor, "uid 0");
  EXPECT_EQ(line.kind, ChangeKind::kTenant);
  EXPECT_EQ(line.verb, "create");
}

TEST_F(SqliteStoreTest, RevokedKeyIsNotPutBackNorMovedNorRewritten) {
  const auto id = add_key("one");
  ASSERT_TRUE(registry().set_key_state(kOperator, id, Standing::kRevoked, "", kNow));
  const auto refuses = [&](auto change) {
    Key key = registry().get_key(id).value();
    change(key);
    EXPECT_TRUE(store_->begin());
    EXPECT_FALSE(store_->put_key(key));
    store_->rollback();
  };
  refuses([](Key& key) { key.state = Standing::kActive; });
  refuses([](Key& key) { key.user = "bob"; });
  refuses([](Key& key) { key.tenant = "other"; });
  refuses([](Key& key) { key.digest = digest_of("other"); });

  EXPECT_EQ(standing(id), Standing::kRevoked);
}

TEST_F(SqliteStoreTest, SecondKeyWithADigestIsTaken) {
  add_key("one");
  Key twin = registry().keys({})->front();
  twin.id = make_key_id();
  ASSERT_TRUE(store_->begin());
  EXPECT_EQ(store_->put_key(twin).error().code, Errc::kExists);
  store_->rollback();
}

TEST_F(SqliteStoreTest, FilesAreTheOwnersAlone) {
  const mode_t before = umask(0);
  close();
  ASSERT_EQ(chmod(file_.c_str(), 0666), 0);  // as if somebody had copied it back carelessly
  open();
  const auto other = SqliteStore::open(scratch_.file("new.db"));
  umask(before);

  struct stat status {};
  for (const auto& file : {file_, file_ + "-wal", scratch_.file("new.db")}) {
    ASSERT_EQ(stat(file.c_str(), &status), 0) << file;
    EXPECT_EQ(status.st_mode & 0777, 0600U) << file;
  }
}

TEST_F(SqliteStoreTest, SecondAgentIsToldThatTheStoreIsInUse) {
  const auto failure = open_failure(file_);
  EXPECT_EQ(failure.code, Errc::kConflict);
  EXPECT_NE(failure.message.find("in use"), std::string::npos) << failure.message;

  const pid_t other = fork();  // another process, as a second agent is
  if (other == 0) {
    const auto opened = SqliteStore::open(file_);
    _exit(!opened && opened.error().code == Errc::kConflict ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(other, &status, 0), other);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(registry().create_tenant(kOperator, "undisturbed", kNow));
}

TEST_F(SqliteStoreTest, StoreOfANewerAgentIsRefusedUntouched) {
  close();
  execute("PRAGMA user_version = 999");
  const auto before = bytes();
  const auto failure = open_failure(file_);

  EXPECT_EQ(failure.code, Errc::kIncompatible);
  EXPECT_NE(failure.message.find("999"), std::string::npos) << failure.message;
  EXPECT_NE(failure.message.find("version 6"), std::string::npos) << failure.message;
  EXPECT_FALSE(failure.remedy.empty());
  EXPECT_EQ(bytes(), before);
}

// What versions 2 to 6 added is taken away again: the columns and their defaults, tables, and the
// trigger that version 5 took away is put back.
TEST_F(SqliteStoreTest, StoreOfAnOlderAgentIsBroughtForward) {
  const auto limited = add_key("one");
  ASSERT_TRUE(
      registry().set_key_state(kOperator, add_key("two"), Standing::kRevoked, "leaked", kNow));
  const auto before = dump(*store_);
  close();
  execute(
      "ALTER TABLE keys DROP COLUMN packets_per_second; ALTER TABLE keys DROP COLUMN packet_burst;"
      "ALTER TABLE keys DROP COLUMN bytes_per_second; ALTER TABLE keys DROP COLUMN byte_burst;"
      "ALTER TABLE keys DROP COLUMN egress_per_second; DROP TABLE cidrs; DROP TABLE key_uses;"
      "DROP INDEX keys_by_tenant; DROP INDEX keys_by_expiry; DROP TABLE audit; DROP TRIGGER "
      "log_is_not_cut;"
      "DROP TABLE audit_head;"
      "ALTER TABLE keys DROP COLUMN predecessor; ALTER TABLE keys DROP COLUMN successor;"
      "DROP TRIGGER key_keeps_its_digest; DROP TRIGGER revoked_key_keeps_its_owner;"
      "CREATE TRIGGER key_keeps_its_owner BEFORE UPDATE OF digest, tenant, user ON keys"
      " BEGIN SELECT raise(ABORT, 'as version 1 had it'); END; PRAGMA user_version = 1");
  open();
  EXPECT_EQ(dump(*store_), before);
  EXPECT_EQ(registry().get_key(limited).value().traffic, TrafficLimit{});
  add_key("three");
  const CidrEntry entry{{Cidr::parse("10.0.0.0/8").value(), CidrAction::kDeny}, "", 0};
  ASSERT_TRUE(registry().put_cidr(kOperator, entry, kNow));
  reopen();
  EXPECT_EQ(registry().cidrs().value().size(), 1U);
  EXPECT_EQ(store_->key_count().value(), 3U);
  EXPECT_TRUE(registry().transfer_key(kOperator, limited, "acme", "bob", "", kNow));

  struct stat status {};
  ASSERT_EQ(stat((file_ + ".schema-1").c_str(), &status), 0) << "there is no way back";
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(dump(*SqliteStore::open(file_ + ".schema-1").value()), before);
}

TEST_F(SqliteStoreTest, StoreWithoutAVersionIsNotOurs) {
  close();
  execute("PRAGMA user_version = 0");
  EXPECT_EQ(open_failure(file_).code, Errc::kIncompatible);
}

TEST_F(SqliteStoreTest, DatabaseOfSomebodyElseIsRefusedUntouched) {
  close();
  std::filesystem::remove(file_);
  execute("CREATE TABLE songs (title)");
  ASSERT_EQ(chmod(file_.c_str(), 0644), 0);
  const auto before = bytes();
  EXPECT_EQ(open_failure(file_).code, Errc::kIncompatible);

  EXPECT_EQ(bytes(), before);
  struct stat status {};
  ASSERT_EQ(stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0644U);
}

TEST_F(SqliteStoreTest, FileThatIsNoDatabaseIsRefusedUntouched) {
  close();
  const std::string noise(65536, '\x5a');
  write(noise);
  const auto failure = open_failure(file_);

  EXPECT_EQ(failure.code, Errc::kIncompatible);
  EXPECT_NE(failure.message.find(file_), std::string::npos);
  EXPECT_EQ(bytes(), noise);
}

TEST_F(SqliteStoreTest, DamagedStoreIsRefused) {
  for (int i = 0; i < 200; ++i) add_key(std::to_string(i));
  close();
  const auto whole = bytes();
  write(whole.substr(0, whole.size() / 2));
  EXPECT_EQ(open_failure(file_).code, Errc::kIncompatible);

  auto torn = whole;
  std::fill(torn.begin() + 8192, torn.end() - 4096, '\xa5');
  write(torn);
  EXPECT_EQ(open_failure(file_).code, Errc::kIncompatible);

  write(whole);
  open();
  EXPECT_EQ(registry().key_count().value(), 200U);
}

TEST_F(SqliteStoreTest, PlaceThatCannotHoldAStoreIsNamed) {
  const auto absent = open_failure(scratch_.file("no/such/registry.db"));
  EXPECT_NE(to_string(absent).find("make its directory"), std::string::npos) << to_string(absent);
  EXPECT_NE(absent.message.find("No such file"), std::string::npos);

  const auto directory = open_failure(scratch_.path());
  EXPECT_NE(directory.message.find("not a regular file"), std::string::npos) << directory.message;

  const auto beneath_a_file = open_failure(file_ + "/registry.db");
  EXPECT_NE(beneath_a_file.message.find("Not a directory"), std::string::npos);
}

TEST_F(SqliteStoreTest, FileWithoutPermissionIsNamed) {
  close();
  ASSERT_EQ(chmod(file_.c_str(), 0400), 0);
  ASSERT_EQ(chmod(scratch_.path().c_str(), 0555), 0);
  const pid_t other = fork();
  if (other == 0) {
    if (geteuid() == 0 && setuid(65534) != 0) _exit(2);  // root may do everything
    const auto opened = SqliteStore::open(file_);
    const auto fresh = SqliteStore::open(scratch_.file("fresh.db"));
    _exit(!opened && opened.error().code == Errc::kDenied && !fresh &&
                  fresh.error().code == Errc::kDenied
              ? 0
              : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(other, &status, 0), other);
  EXPECT_EQ(status, 0);
  ASSERT_EQ(chmod(scratch_.path().c_str(), 0700), 0);  // so that it can be removed
}

}  // namespace
}  // namespace sallyport::test
