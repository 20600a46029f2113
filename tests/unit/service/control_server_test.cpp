// SPDX-License-Identifier: Apache-2.0
#include "agent/service/control_server.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <future>

#include <gtest/gtest.h>

#include "tests/unit/service/control_api.hpp"

namespace sallyport::test {
namespace {

using control::v1::Control;

class ControlServerTest : public ControlApiTest {
 protected:
  [[nodiscard]] static mode_t mode_of(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 0777U;
  }

  [[nodiscard]] bool answers() const {
    return client().call(&Control::Stub::GetStatus, control::v1::GetStatusRequest()).has_value();
  }
};

TEST_F(ControlServerTest, SocketIsItsOwnersAndGroupsAlone) {
  const mode_t before = umask(0);
  serve();
  umask(before);
  EXPECT_EQ(mode_of(socket_), 0660U);
}

TEST_F(ControlServerTest, StrictUmaskStillLetsTheGroupIn) {
  const mode_t before = umask(0077);
  serve();
  umask(before);
  EXPECT_EQ(mode_of(socket_), 0660U);
}

TEST_F(ControlServerTest, MissingDirectoryIsMadeForOwnerAndGroup) {
  socket_ = directory_ + "/a/b/control.sock";
  serve();
  EXPECT_EQ(mode_of(directory_ + "/a/b"), 0750U);
  EXPECT_TRUE(answers());
}

TEST_F(ControlServerTest, DirectoryThatIsThereKeepsItsMode) {
  ASSERT_EQ(chmod(directory_.c_str(), 0711), 0);
  serve();
  EXPECT_EQ(mode_of(directory_), 0711U);
}

TEST_F(ControlServerTest, SecondServerOnTheSameSocketIsRefusedAndTheFirstGoesOn) {
  serve();
  const auto second = ControlServer::open(socket_, operations_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kConflict);
  EXPECT_EQ(second.error().message, "another agent is listening at " + socket_);
  EXPECT_TRUE(answers());
}

TEST_F(ControlServerTest, SocketThatNobodyAnswersOnIsTakenOver) {
  const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(left, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  close(left);  // as if killed: the file stays
  ASSERT_TRUE(std::filesystem::exists(socket_));
  serve();
  EXPECT_TRUE(answers());
}

TEST_F(ControlServerTest, FileInTheSocketsPlaceIsLeftAlone) {
  std::ofstream(socket_) << "precious";
  const auto server = ControlServer::open(socket_, operations_);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Errc::kExists);
  EXPECT_EQ(std::filesystem::file_size(socket_), 8U);
}

TEST_F(ControlServerTest, PathThatFitsNoSocketIsRefused) {
  for (const auto& path : {std::string(), directory_ + "/" + std::string(108, 'x')}) {
    const auto server = ControlServer::open(path, operations_);
    ASSERT_FALSE(server) << path;
    EXPECT_EQ(server.error().code, Errc::kInvalid);
  }
}

TEST_F(ControlServerTest, DirectoryUnderAFileIsNamed) {
  std::ofstream(directory_ + "/file") << "x";
  const auto server = ControlServer::open(directory_ + "/file/control.sock", operations_);
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().message.find(directory_ + "/file"), std::string::npos);
}

TEST_F(ControlServerTest, SocketGoesWithTheServer) {
  serve();
  server_->shutdown();
  EXPECT_FALSE(std::filesystem::exists(socket_));
  server_->shutdown();  // twice is once
}

TEST_F(ControlServerTest, SocketOfASuccessorIsLeftAlone) {
  serve();
  ASSERT_EQ(unlink(socket_.c_str()), 0);
  auto successor = ControlServer::open(socket_, operations_);
  ASSERT_TRUE(successor);
  server_.reset();
  EXPECT_TRUE(answers());
}

TEST_F(ControlServerTest, CallThatRunsIsAnsweredBeforeTheServerGoes) {
  std::promise<void> begun;
  std::promise<void> goes_on;
  operations_.on_call = [&, gate = goes_on.get_future().share()] {
    begun.set_value();
    gate.wait();
  };
  serve();
  auto answered = std::async(std::launch::async, [this] { return answers(); });
  begun.get_future().wait();
  auto down = std::async(std::launch::async, [this] { server_->shutdown(); });
  goes_on.set_value();
  EXPECT_TRUE(answered.get());
  down.get();
}

TEST_F(ControlServerTest, ChangesAreMadeInTheNameOfTheCallersUser) {
  serve();
  control::v1::CreateTenantRequest request;
  request.set_name("acme");
  ASSERT_TRUE(client().call(&Control::Stub::CreateTenant, request));
  EXPECT_EQ(operations_.last_actor(), "uid " + std::to_string(geteuid()));
}

TEST_F(ControlServerTest, GarbageOnTheSocketDisturbsNobody) {
  serve();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_.copy(address.sun_path, sizeof address.sun_path - 1);
  const int stranger = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(connect(stranger, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const std::string garbage(4096, '\xff');
  EXPECT_GT(send(stranger, garbage.data(), garbage.size(), MSG_NOSIGNAL), 0);
  EXPECT_TRUE(answers());
  close(stranger);
}

}  // namespace
}  // namespace sallyport::test
