// SPDX-License-Identifier: Apache-2.0
#include "agent/config/config_file.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

class ConfigFileTest : public testing::Test {
 protected:
  ConfigFileTest() {
    std::string name = testing::TempDir() + "config_file.XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~ConfigFileTest() override { std::filesystem::remove_all(directory_); }

  std::string write(std::size_t size) {
    const std::string path = directory_ + "/file.yaml";
    std::ofstream(path) << std::string(size, '#');
    return path;
  }

  void expect_failure(const std::string& path, Errc code, const char* says) {
    const auto text = read_config_file(path);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, code);
    EXPECT_NE(text.error().message.find(path), std::string::npos) << text.error().message;
    EXPECT_NE(to_string(text.error()).find(says), std::string::npos) << to_string(text.error());
  }

  std::string directory_;
};

TEST_F(ConfigFileTest, IsReadWhole) {
  EXPECT_EQ(read_config_file(write(70000)).value().size(), 70000U);
  EXPECT_EQ(read_config_file(write(0)).value(), "");
}

TEST_F(ConfigFileTest, OneThatIsAbsentIsNamed) {
  expect_failure(directory_ + "/absent.yaml", Errc::kNotFound, "No such file");
}

TEST_F(ConfigFileTest, DirectoryIsRefused) {
  expect_failure(directory_, Errc::kInvalid, "directory");
}

TEST_F(ConfigFileTest, PipeDoesNotHoldTheStartUp) {
  const auto pipe = directory_ + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  expect_failure(pipe, Errc::kInvalid, "not a regular file");
}

TEST_F(ConfigFileTest, OneBeyondAMebibyteIsRefused) {
  EXPECT_TRUE(read_config_file(write(1U << 20)));
  expect_failure(write((1U << 20) + 1), Errc::kInvalid, "larger than 1 MiB");
}

}  // namespace
}  // namespace sallyport::test
