// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "tests/unit/service/control_api.hpp"

namespace sallyport::test {
namespace {

class BackupApiTest : public ControlApiTest {
 protected:
  void SetUp() override { serve(); }
  std::string text_of(const std::string& file) const {
    std::ifstream in(directory_ + "/" + file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::size_t files() const {
    const std::filesystem::directory_iterator all(directory_);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
};

TEST_F(BackupApiTest, TheCopyComesWholeAndForItsOwnerAlone) {
  std::ofstream(directory_ + "/backup.db") << "of yesterday";
  const auto ran = call("backup " + directory_ + "/backup.db");
  EXPECT_EQ(ran.status, 0) << ran.out;
  EXPECT_NE(ran.out.find("1048576 bytes\n  revision     7\n  audit head   3:"), std::string::npos)
      << ran.out;
  EXPECT_EQ(text_of("backup.db"), std::string(1 << 20, 'b'));
  struct stat status {};
  ASSERT_EQ(stat((directory_ + "/backup.db").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(files(), 2U);  // and the socket
}

TEST_F(BackupApiTest, WhatFailsLeavesTheFormerOneAndNothingElse) {
  std::ofstream(directory_ + "/backup.db") << "of yesterday";
  operations_.fail_next(failure(Errc::kFull, "the disk is full", "make room"));
  const auto ran = call("backup " + directory_ + "/backup.db");
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.out, "sallyport: the disk is full\n  make room\n");
  EXPECT_EQ(text_of("backup.db"), "of yesterday");
  EXPECT_EQ(files(), 2U);
  EXPECT_EQ(call("backup " + directory_ + "/absent/backup.db").status, 2);
}

TEST_F(BackupApiTest, AsJsonItSaysWhatItIsOf) {
  const auto ran = call("backup -o json " + directory_ + "/backup.db");
  EXPECT_NE(ran.out.find("\"size\":1048576"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("\"file\":\""), std::string::npos) << ran.out;
}

}  // namespace
}  // namespace sallyport::test
