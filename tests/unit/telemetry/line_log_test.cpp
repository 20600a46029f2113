// SPDX-License-Identifier: Apache-2.0
#include "agent/telemetry/line_log.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "tests/support/scratch_directory.hpp"

namespace sallyport::test {
namespace {

namespace fs = std::filesystem;

class LineLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<LineLog> open(unsigned writers = 1) {
    auto log = LineLog::open(path_, writers, [this](const Failure& failure) {
      const std::lock_guard guard(lock_);
      troubles_.push_back(to_string(failure));
    });
    EXPECT_TRUE(log) << to_string(log.error());
    return log ? std::move(*log) : nullptr;
  }
  static std::string read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  static bool comes(const std::function<bool()>& condition) {
    for (int i = 0; i < 2000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }
  std::size_t troubles() {
    const std::lock_guard guard(lock_);
    return troubles_.size();
  }

  ScratchDirectory directory_;
  const std::string path_ = (fs::path(directory_.path()) / "access.log").string();
  std::mutex lock_;
  std::vector<std::string> troubles_;
};

TEST_F(LineLogTest, WritesEveryLineInItsWritersOrder) {
  constexpr int kLines = 20000;
  {
    const auto log = open(2);
    std::thread other([&] {
      for (int i = 0; i < kLines; ++i) log->add(1, "b" + std::to_string(i) + "\n");
    });
    for (int i = 0; i < kLines; ++i) log->add(0, "a" + std::to_string(i) + "\n");
    other.join();
    EXPECT_EQ(log->lost(), 0u);
  }
  std::istringstream lines(read(path_));
  int next[2] = {0, 0};
  for (std::string line; std::getline(lines, line);) {
    ASSERT_EQ(line.substr(1), std::to_string(next[line[0] - 'a']++));
  }
  EXPECT_EQ(next[0], kLines);
  EXPECT_EQ(next[1], kLines);
  EXPECT_EQ(fs::status(path_).permissions() & fs::perms::others_all, fs::perms::none);
}

TEST_F(LineLogTest, AppendsToWhatIsThere) {
  open()->add(0, "one\n");
  open()->add(0, "two\n");
  EXPECT_EQ(read(path_), "one\ntwo\n");
}

TEST_F(LineLogTest, FollowsTheNameWhenTheFileIsRenamed) {
  const auto log = open();
  log->add(0, "old\n");
  ASSERT_TRUE(comes([&] { return read(path_) == "old\n"; }));
  fs::rename(path_, path_ + ".1");
  ASSERT_TRUE(comes([&] { return fs::exists(path_); }));
  log->add(0, "new\n");
  EXPECT_TRUE(comes([&] { return read(path_) == "new\n"; }));
  EXPECT_EQ(read(path_ + ".1"), "old\n");
}

TEST_F(LineLogTest, LosesWholeLinesAndCountsThemWhenTooMuchWaits) {
  const std::string line(1000, 'x');
  constexpr std::uint64_t kLines = 5000;
  std::uint64_t lost = 0;
  {
    const auto log = open();
    for (std::uint64_t i = 0; i < kLines; ++i) log->add(0, line + "\n");
    lost = log->lost();
  }
  EXPECT_GT(lost, 0u);
  EXPECT_EQ(fs::file_size(path_), (kLines - lost) * (line.size() + 1));
}

TEST_F(LineLogTest, SaysOnceThatTheDiskIsFullAndWritesWhatWaited) {
  // /dev/full takes nothing: what a full disk says.
  fs::create_symlink("/dev/full", path_);
  const auto log = open();
  log->add(0, "one\n");
  ASSERT_TRUE(comes([&] { return troubles() == 1; }));
  log->add(0, "two\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_EQ(troubles(), 1u);
  EXPECT_NE(troubles_[0].find("disk full"), std::string::npos) << troubles_[0];
  fs::remove(path_);
  EXPECT_TRUE(comes([&] { return read(path_) == "one\ntwo\n"; }));
  EXPECT_EQ(log->lost(), 0u);
}

TEST_F(LineLogTest, SaysWhyItCannotBeOpened) {
  const auto log = LineLog::open((fs::path(directory_.path()) / "none" / "a.log").string(), 1, {});
  ASSERT_FALSE(log);
  EXPECT_NE(to_string(log.error()).find("cannot write the log"), std::string::npos);
}

}  // namespace
}  // namespace sallyport::test
