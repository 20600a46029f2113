// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "agent/registry/audit_chain.hpp"
#include "agent/registry/store_check.hpp"
#include "tests/unit/registry/registry_fixture.hpp"

namespace sallyport::test {
namespace {

class BackupTest : public RegistryFixture {
 protected:
  void SetUp() override {
    RegistryFixture::SetUp();
    for (int i = 0; i < 3000; ++i) add_key("key " + std::to_string(i));
  }
  void close() {
    registry_.reset();
    store_.reset();
  }
  void back_up(const std::function<void()>& between) {
    auto copy = registry().begin_copy(kOperator, copy_, kNow);
    ASSERT_TRUE(copy) << to_string(copy.error());
    between();
    for (;;) {
      const auto more = (*copy)->step();
      ASSERT_TRUE(more) << to_string(more.error());
      if (!*more) return;
      between();
    }
  }
  static std::string faults(const std::string& file) {
    const auto condition = check_store(file);
    if (!condition) return to_string(condition.error());
    std::string text;
    for (const auto& fault : condition->faults) text += fault + "\n";
    return text;
  }
  void run_sql(const std::string& file, const char* sql) {
    auto database = SqliteDatabase::open(file);
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->execute(sql));
  }

  std::string copy_ = scratch_.file("copy.db");
};

TEST_F(BackupTest, IsTheStoreOfItsLastStepWhateverChangesInBetween) {
  int changes = 0;
  back_up([&] { add_key("meanwhile " + std::to_string(changes++)); });
  EXPECT_GE(changes, 1);
  const std::string now = dump(*store_);
  struct stat status {};
  ASSERT_EQ(stat(copy_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(faults(copy_), "");
  const auto copied = SqliteStore::open(copy_);
  ASSERT_TRUE(copied) << to_string(copied.error());
  EXPECT_EQ(dump(**copied), now);
}

TEST_F(BackupTest, RestoresAndKeepsWhatWasThere) {
  back_up([] {});
  const std::string before = dump(*store_);
  add_key("later");
  const std::string later = dump(*store_);
  EXPECT_EQ(restore_store(copy_, file_).error().code, Errc::kConflict);  // it is open
  close();

  const auto restored = restore_store(copy_, file_);
  ASSERT_TRUE(restored) << to_string(restored.error());
  EXPECT_EQ(restored->kept, file_ + ".replaced");
  open();
  EXPECT_EQ(dump(*store_), before);
  const auto kept = SqliteStore::open(restored->kept);
  ASSERT_TRUE(kept);
  EXPECT_EQ(dump(**kept), later);
}

TEST_F(BackupTest, ADamagedStoreCanBeReplacedAndADamagedCopyCannot) {
  back_up([] {});
  close();
  std::ofstream(file_, std::ios::trunc) << "this is no database, and was one";
  std::filesystem::copy_file(copy_, scratch_.file("cut.db"));
  std::filesystem::resize_file(scratch_.file("cut.db"), 8192);

  const auto refused = restore_store(scratch_.file("cut.db"), file_);
  EXPECT_TRUE(!refused || !refused->condition.faults.empty());
  EXPECT_TRUE(std::filesystem::exists(file_));
  EXPECT_FALSE(std::filesystem::exists(file_ + ".replaced"));
  ASSERT_TRUE(restore_store(copy_, file_));
  open();
}

TEST_F(BackupTest, ACheckFindsWhatIsNotAsItShouldBe) {
  close();
  EXPECT_EQ(faults(file_), "");
  run_sql(file_, "DROP TRIGGER log_is_not_cut; DELETE FROM changes WHERE revision = 7");
  EXPECT_EQ(faults(file_).find("a revision is missing: after 7\n"), 0U) << faults(file_);
  EXPECT_NE(faults(file_).find("the audit log is not as it was written"), std::string::npos);
  run_sql(file_,
          "PRAGMA foreign_keys = OFF; UPDATE users SET state = 2 WHERE name = 'alice';"
          "UPDATE keys SET successor = 'nobodyXX' WHERE id = (SELECT min(id) FROM keys);"
          "UPDATE keys SET tenant = 'gone' WHERE id = (SELECT max(id) FROM keys);"
          "INSERT INTO key_uses VALUES ('nobodyXX', 1, 1)");
  const std::string found = faults(file_);
  EXPECT_NE(found.find("it refers to what is not there: "), std::string::npos) << found;
  EXPECT_NE(found.find("a key that is not revoked has no user: "), std::string::npos) << found;
}

TEST_F(BackupTest, ACheckChangesNothingAndNeedsTheStoreForItself) {
  EXPECT_NE(faults(file_).find("in use by another process"), std::string::npos);
  const std::string before = dump(*store_);
  close();
  ASSERT_EQ(faults(file_), "");
  open();
  EXPECT_EQ(dump(*store_), before);
  EXPECT_NE(faults(scratch_.file("absent.db")).find("cannot open the store"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(scratch_.file("absent.db")));
}

}  // namespace
}  // namespace sallyport::test
