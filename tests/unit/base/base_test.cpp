// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <stdexcept>

#include <gtest/gtest.h>

#include "agent/base/clock.hpp"
#include "agent/base/digest.hpp"
#include "agent/base/result.hpp"
#include "agent/base/unique_fd.hpp"

namespace sallyport::test {
namespace {

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) != -1;
}

UniqueFd some_file() {
  return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

TEST(DigestTest, IsSha256) {  // the vectors of FIPS 180-4
  EXPECT_EQ(to_hex(digest_of("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(digest_of("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(ResultTest, FailureOfTheSystemNamesItsReasonAndKind) {
  const auto absent = system_failure(ENOENT, "cannot open x", "make it");
  EXPECT_EQ(absent.code, Errc::kNotFound);
  EXPECT_EQ(to_string(absent), "cannot open x: No such file or directory; make it");
  EXPECT_EQ(system_failure(EPERM, "").code, Errc::kDenied);
  EXPECT_EQ(system_failure(EADDRINUSE, "").code, Errc::kConflict);
  EXPECT_EQ(system_failure(ENOSPC, "").code, Errc::kFull);
  EXPECT_EQ(system_failure(ECONNREFUSED, "").code, Errc::kUnavailable);
}

TEST(ResultTest, FailureWithoutRemedyIsOneSentence) {
  EXPECT_EQ(to_string(failure(Errc::kNotFound, "no such key: Xy")), "no such key: Xy");
}

TEST(ResultTest, ValueOfAFailureIsABugThatSaysWhatFailed) {
  const Result<int> result = failure(Errc::kFull, "no room");
  try {
    (void)result.value();
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_NE(std::string(error.what()).find("no room"), std::string::npos);
  }
}

TEST(UniqueFdTest, ClosesWhatItOwnsOnce) {
  auto file = some_file();
  const int fd = file.get();
  UniqueFd other = std::move(file);
  EXPECT_FALSE(file);
  EXPECT_EQ(other.get(), fd);
  other.reset();
  EXPECT_FALSE(is_open(fd));
}

TEST(UniqueFdTest, AssignmentClosesTheOldOneAndReleaseNone) {
  auto first = some_file();
  auto second = some_file();
  const int old_fd = first.get();
  first = std::move(second);
  EXPECT_FALSE(is_open(old_fd));
  const int fd = first.release();
  EXPECT_FALSE(first);
  EXPECT_TRUE(is_open(fd));
  ::close(fd);
}

TEST(ClockTest, BootClockIsTheKernelsAndUnixTimeIsTheWalls) {
  timespec before{};
  ASSERT_EQ(clock_gettime(CLOCK_BOOTTIME, &before), 0);
  const auto now = boot_now();
  timespec after{};
  ASSERT_EQ(clock_gettime(CLOCK_BOOTTIME, &after), 0);
  const auto ns = [](const timespec& t) {
    return static_cast<BootNs>(t.tv_sec) * kSecondNs + static_cast<BootNs>(t.tv_nsec);
  };
  EXPECT_GE(now, ns(before));
  EXPECT_LE(now, ns(after));

  const auto earliest = static_cast<UnixSeconds>(std::time(nullptr)) - 1;
  EXPECT_GE(unix_now(), earliest);
}

}  // namespace
}  // namespace sallyport::test
