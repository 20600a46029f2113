// SPDX-License-Identifier: Apache-2.0
#include "agent/app/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
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

}  // namespace
}  // namespace sallyport::test
