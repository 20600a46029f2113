// SPDX-License-Identifier: Apache-2.0
#include "control/client/control_client.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "agent/base/unique_fd.hpp"
#include "agent/service/control_socket.hpp"
#include "tests/unit/service/cli_program.hpp"
#include "tests/unit/service/control_api.hpp"

namespace sallyport::test {
namespace {

using control::v1::Control;
using testing::HasSubstr;

class ControlClientTest : public ControlApiTest {
 protected:
  [[nodiscard]] Result<control::v1::Status> status_of(ControlClient client) const {
    return client.call(&Control::Stub::GetStatus, control::v1::GetStatusRequest());
  }

  [[nodiscard]] Result<control::v1::Receipt> create_tenant(const std::string& name) const {
    control::v1::CreateTenantRequest request;
    request.set_name(name);
    return client().call(&Control::Stub::CreateTenant, request);
  }
};

TEST_F(ControlClientTest, AnswerComesWithItsFields) {
  serve();
  const auto status = status_of(client());
  ASSERT_TRUE(status) << to_string(status.error());
  EXPECT_EQ(status->interfaces(0).attached(), "tc");
  EXPECT_EQ(status->services(0).mode(), control::v1::MODE_OBSERVE);
  EXPECT_EQ(status->tables(0).capacity(), 65536U);
}

TEST_F(ControlClientTest, RowsComeOneByOneHoweverManyThereAre) {
  operations_.keys_there = 50'000;  // more than one message may hold
  serve();
  std::size_t seen = 0;
  const auto listed = client().list(&Control::Stub::ListKeys, control::v1::ListKeysRequest(),
                                    [&](const control::v1::Key&) { ++seen; });
  ASSERT_TRUE(listed) << to_string(listed.error());
  EXPECT_EQ(seen, 50'000U);
}

TEST_F(ControlClientTest, RefusalKeepsItsKindSentenceAndRemedy) {
  serve();
  operations_.fail_next(failure(Errc::kExists, "tenant acme exists", "choose another name"));
  const auto refused = create_tenant("acme");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kExists);
  EXPECT_EQ(to_string(refused.error()), "tenant acme exists; choose another name");
}

TEST_F(ControlClientTest, RequestOutOfItsBoundsIsNotSent) {
  serve();
  const auto refused = create_tenant(std::string(65, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kInvalid);
  EXPECT_THAT(operations_.calls(), testing::IsEmpty());
}

TEST_F(ControlClientTest, AgentChecksTheBoundsAgainForOtherClients) {
  serve();
  auto stub =
      Control::NewStub(grpc::CreateChannel("unix:" + socket_, grpc::InsecureChannelCredentials()));
  control::v1::GetKeyRequest request;
  for (const auto& id : {std::string(65, 'x'), std::string(kRawKey)}) {
    grpc::ClientContext context;
    control::v1::Key key;
    request.set_id(id);
    const auto status = stub->GetKey(&context, request, &key);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), testing::Not(HasSubstr(id)));
  }
  EXPECT_THAT(operations_.calls(), testing::IsEmpty());
}

TEST_F(ControlClientTest, SlowAgentIsGivenUpAndTheDoubtIsSaid) {
  std::promise<void> goes_on;
  operations_.on_call = [gate = goes_on.get_future().share()] { gate.wait(); };
  serve();
  const auto late = status_of(client(std::chrono::milliseconds(100)));
  goes_on.set_value();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::kUnavailable);
  EXPECT_EQ(late.error().message, "the agent at " + socket_ + " did not answer within 100 ms");
  EXPECT_THAT(late.error().remedy, HasSubstr("look before you repeat it"));
}

TEST_F(ControlClientTest, AgentThatBreaksOffIsSaidWithTheDoubt) {
  auto breaker = ControlSocket::open(socket_);
  ASSERT_TRUE(breaker) << to_string(breaker.error());
  std::thread agent([&] {
    pollfd wait{breaker->fd(), POLLIN, 0};
    while (poll(&wait, 1, -1) > 0 && (wait.revents & POLLHUP) == 0) {
      const UniqueFd connection(accept(breaker->fd(), nullptr, nullptr));
    }
  });
  const auto broken = status_of(client());
  shutdown(breaker->fd(), SHUT_RDWR);
  agent.join();
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Errc::kUnavailable);
  EXPECT_THAT(broken.error().message, HasSubstr("broke off before it had answered"));
  EXPECT_THAT(broken.error().remedy, HasSubstr("look before you repeat it"));
}

TEST_F(ControlClientTest, PathThatCannotBeASocketsIsRefused) {
  for (const auto& path : {std::string(), std::string(108, 'x')}) {
    const auto refused = status_of(ControlClient(path));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kInvalid);
  }
}

TEST_F(ControlClientTest, FileThatIsNoSocketIsNoAgent) {
  std::ofstream(socket_) << "x";
  const auto refused = status_of(client());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("Connection refused"));
}

TEST_F(ControlClientTest, UserOutsideTheGroupIsToldSo) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  serve();
  // Where the other user can run it, wherever the build is.
  const std::string program = directory_ + "/sallyport";
  std::filesystem::copy_file(cli_program(), program);
  ASSERT_EQ(chmod(directory_.c_str(), 0755), 0);
  const auto ran = run_shell("setpriv --reuid 65534 --regid 65534 --clear-groups " + program +
                             " --socket " + socket_ + " status");
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.out, "sallyport: cannot reach the agent at " + socket_ +
                         ": Permission denied\n"
                         "  you need write access to the socket: run as root or as a member of its "
                         "group\n");
  EXPECT_THAT(operations_.calls(), testing::IsEmpty());
}

}  // namespace
}  // namespace sallyport::test
