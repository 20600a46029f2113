// SPDX-License-Identifier: Apache-2.0
#include "agent/app/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.hpp"

namespace sallyport::test {
namespace {

/// Listens as systemd does.
class Manager {
 public:
  explicit Manager(const std::string& name) : socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof address.sun_path);
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), length), 0);
  }

  /// The next message; "" if there is none.
  std::string heard() {
    char text[256];
    const auto length = ::recv(socket_.get(), text, sizeof text, MSG_DONTWAIT);
    return {text, length < 0 ? 0U : static_cast<std::size_t>(length)};
  }

  /// The same, with the descriptor that came along.
  std::pair<std::string, UniqueFd> heard_with_descriptor() {
    char text[256];
    iovec part{text, sizeof text};
    alignas(cmsghdr) char beside[CMSG_SPACE(sizeof(int))];
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = beside;
    message.msg_controllen = sizeof beside;
    const auto length = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT);
    const cmsghdr* const header = CMSG_FIRSTHDR(&message);
    if (length < 0 || header == nullptr) return {};
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return {std::string(text, static_cast<std::size_t>(length)), UniqueFd(fd)};
  }

 private:
  UniqueFd socket_;
};

class ServiceManagerTest : public testing::Test {
 protected:
  void TearDown() override {
    for (const auto* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  }
  ScratchDirectory scratch_;
};

TEST_F(ServiceManagerTest, HearsOfTheStartAndTheEnd) {
  Manager manager(scratch_.file("notify"));
  ::setenv("NOTIFY_SOCKET", scratch_.file("notify").c_str(), 1);
  const auto told = ServiceManager::from_environment();
  EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr) << "for us, not for what we start";
  told.ready("2 keys");
  EXPECT_EQ(manager.heard(), "READY=1\nSTATUS=2 keys");
  told.alive();
  EXPECT_EQ(manager.heard(), "") << "nobody asked for it";
  told.reloading();
  EXPECT_EQ(manager.heard().substr(0, 27), "RELOADING=1\nMONOTONIC_USEC=");
  told.stopping();
  EXPECT_EQ(manager.heard(), "STOPPING=1");
}

TEST_F(ServiceManagerTest, WatchdogHearsThatWeLiveIfItIsOurs) {
  Manager manager(scratch_.file("notify"));
  const auto lives = [&](const std::string& process) {
    ::setenv("NOTIFY_SOCKET", scratch_.file("notify").c_str(), 1);
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    ::setenv("WATCHDOG_PID", process.c_str(), 1);
    ServiceManager::from_environment().alive();
    return manager.heard();
  };
  EXPECT_EQ(lives(std::to_string(::getpid())), "WATCHDOG=1");
  EXPECT_EQ(lives("1"), "");
}

TEST_F(ServiceManagerTest, NameInTheAbstractSpaceIsReachedToo) {
  const auto name = "@" + scratch_.path();
  Manager manager(name);
  ServiceManager(name, false).ready("");
  EXPECT_EQ(manager.heard(), "READY=1\nSTATUS=");
}

TEST_F(ServiceManagerTest, NobodyThereIsNoTrouble) {
  for (const auto& socket :
       {std::string(), scratch_.file("nobody"), std::string("vsock:2:1"), std::string(200, '/')}) {
    const ServiceManager silent(socket, true);
    silent.ready("");
    silent.alive();
    silent.stopping();
  }
}

TEST_F(ServiceManagerTest, ManagerThatDoesNotReadIsNotWaitedFor) {
  Manager manager(scratch_.file("notify"));
  const ServiceManager told(scratch_.file("notify"), true);
  for (int i = 0; i < 10'000; ++i) told.alive();
  EXPECT_EQ(manager.heard(), "WATCHDOG=1");
}

TEST_F(ServiceManagerTest, KeepsASocketForWhoComesAfterUs) {
  Manager manager(scratch_.file("notify"));
  const ServiceManager told(scratch_.file("notify"), false);
  int ends[2] = {};
  ASSERT_EQ(::pipe(ends), 0);
  const UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  told.keep(writing.get(), "192.0.2.1_443");
  writing.reset();
  const auto [text, kept] = manager.heard_with_descriptor();
  EXPECT_EQ(text, "FDSTORE=1\nFDNAME=192.0.2.1_443");
  ASSERT_TRUE(kept);
  EXPECT_EQ(::write(kept.get(), "x", 1), 1) << "it is the same pipe, open still";
  told.forget("192.0.2.1_443");
  EXPECT_EQ(manager.heard(), "FDSTOREREMOVE=1\nFDNAME=192.0.2.1_443");
}

TEST_F(ServiceManagerTest, DescriptorsAreTakenIfTheyAreForUsAlone) {
  const auto passed_to = [](const std::string& process, const char* count) {
    ::setenv("LISTEN_PID", process.c_str(), 1);
    ::setenv("LISTEN_FDS", count, 1);
    auto passed = passed_descriptors();
    EXPECT_EQ(std::getenv("LISTEN_FDS"), nullptr) << "not for what we start";
    EXPECT_EQ(std::getenv("LISTEN_PID"), nullptr);
    const std::size_t many = passed.size();
    for (auto& one : passed) (void)one.release();  // they are this test's own files
    return many;
  };
  const auto self = std::to_string(::getpid());
  EXPECT_EQ(passed_to(self, "2"), 2U);
  EXPECT_EQ(passed_to("1", "2"), 0U);
  EXPECT_EQ(passed_to(self, "2x"), 0U);
  EXPECT_EQ(passed_to(self, "-1"), 0U);
  EXPECT_EQ(passed_to(self, ""), 0U);
}

}  // namespace
}  // namespace sallyport::test
