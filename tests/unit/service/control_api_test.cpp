// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "agent/service/control_server.hpp"
#include "tests/unit/service/recorded_operations.hpp"

namespace sallyport::test {
namespace {

struct Ran {
  int status = -1;
  std::string out;  // standard output, then standard error
};

/// The real program as a child. Words must need no quoting beyond single quotes.
Ran run(const std::string& arguments) {
  Ran ran;
  FILE* pipe = popen((std::string(SALLYPORT_CLI) + " " + arguments + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer;
  while (std::size_t size = fread(buffer.data(), 1, buffer.size(), pipe)) {
    ran.out.append(buffer.data(), size);
  }
  ran.status = WEXITSTATUS(pclose(pipe));
  return ran;
}

class ControlApiTest : public testing::Test {
 protected:
  ControlApiTest() {
    char name[] = "/tmp/sallyport-api-XXXXXX";
    directory_ = mkdtemp(name);
    socket_ = directory_ + "/control.sock";
  }
  ~ControlApiTest() override {
    server_.reset();
    std::filesystem::remove_all(directory_);
  }

  void serve() {
    auto server = ControlServer::open(socket_, operations_);
    ASSERT_TRUE(server) << to_string(server.error());
    server_ = std::move(*server);
  }

  Ran call(const std::string& arguments) { return run("--socket " + socket_ + " " + arguments); }

  RecordedOperations operations_;
  std::unique_ptr<ControlServer> server_;
  std::string directory_;
  std::string socket_;
};

TEST_F(ControlApiTest, EveryCommandReachesItsOperation) {
  serve();
  const std::vector<std::pair<std::string, std::string>> calls = {
      {"tenant create acme", "create_tenant acme"},
      {"tenant list", "tenants"},
      {"user create acme/alice", "create_user acme alice"},
      {"user list --tenant acme", "users acme"},
      {"user remove acme/alice", "remove_user acme alice"},
      {"key create acme/alice --env test --limit 5/s --burst 3 --note 'for ci'",
       "create_key acme alice test limit 5 burst 3 note for ci"},
      {"key list --tenant acme --user alice --state revoked", "keys acme alice 2"},
      {"key show Xy12AbCd", "key Xy12AbCd"},
      {"ban add 2001:db8::7 --reason abuse", "add_ban 2001:db8::7 abuse"},
      {"ban list", "bans"},
      {"ban remove 192.0.2.7", "remove_ban 192.0.2.7"},
      {"status", "status"},
      {"counters", "counters"},
      {"mode observe --service api", "set_mode api 1"},
  };
  for (const auto& [arguments, expected] : calls) {
    const auto table = call(arguments);
    EXPECT_EQ(table.status, 0) << arguments << ": " << table.out;
    EXPECT_EQ(operations_.calls.back(), expected);
    const auto json = call(arguments + " -o json");
    EXPECT_EQ(json.status, 0) << arguments << ": " << json.out;
    EXPECT_EQ(json.out.front(), '{') << json.out;
    EXPECT_EQ(json.out.substr(json.out.size() - 2), "}\n") << json.out;
  }
}

TEST_F(ControlApiTest, RevocationPrintsItsReceipt) {
  serve();
  const auto ran = call("key revoke Xy12AbCd --reason leaked");
  EXPECT_EQ(ran.status, 0);
  EXPECT_NE(ran.out.find("revoked key Xy12AbCd (acme/alice)"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("revision     7"), std::string::npos) << ran.out;
  EXPECT_EQ(operations_.calls.front(), "revoke_key Xy12AbCd leaked");
}

TEST_F(ControlApiTest, QuietKeyCreationPrintsTheKeyAlone) {
  serve();
  EXPECT_EQ(call("key create acme/alice -q").out, "spk_live_the-raw-key\n");
}

TEST_F(ControlApiTest, FailuresKeepTheirMeaningSentenceAndRemedy) {
  serve();
  const std::vector<std::pair<Errc, int>> statuses = {
      {Errc::kNotFound, 1},    {Errc::kExists, 1},   {Errc::kConflict, 1},
      {Errc::kDenied, 1},      {Errc::kFull, 1},     {Errc::kInvalid, 2},
      {Errc::kUnavailable, 2}, {Errc::kInternal, 2}, {Errc::kIncompatible, 2}};
  for (const auto& [code, status] : statuses) {
    operations_.next_failure = failure(code, "it did not work", "try something else");
    const auto ran = call("status");
    EXPECT_EQ(ran.status, status);
    EXPECT_EQ(ran.out, "sallyport: it did not work\n  try something else\n");
  }
}

TEST_F(ControlApiTest, BadInputNeverReachesTheAgent) {
  serve();
  for (const auto* arguments :
       {"ban add not-an-address", "user create acme", "key create acme/alice --expires soon",
        "key create acme/alice --limit many", "--timeout never status"}) {
    EXPECT_EQ(call(arguments).status, 2) << arguments;
  }
  EXPECT_TRUE(operations_.calls.empty());
}

TEST_F(ControlApiTest, OversizedRequestIsRefused) {
  serve();
  const auto ran = call("tenant create " + std::string(100'000, 'x'));
  EXPECT_NE(ran.status, 0);
  EXPECT_TRUE(operations_.calls.empty());
  EXPECT_EQ(call("status").status, 0) << "the server goes on";
}

TEST_F(ControlApiTest, AbsentAgentIsSaidWithWhatToDo) {
  const auto ran = call("status");
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.out, "sallyport: cannot reach the agent at " + socket_ +
                         ": No such file or directory\n"
                         "  is sallyportd running? see: systemctl status sallyportd\n");
}

TEST_F(ControlApiTest, SocketIsItsOwnersAndGroupsAlone) {
  serve();
  struct stat info {};
  ASSERT_EQ(stat(socket_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0660U);
}

TEST_F(ControlApiTest, SecondServerOnTheSameSocketIsRefusedAndTheFirstGoesOn) {
  serve();
  const auto second = ControlServer::open(socket_, operations_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kConflict);
  EXPECT_EQ(call("status").status, 0);
}

TEST_F(ControlApiTest, SocketThatNobodyAnswersOnIsTakenOver) {
  const pid_t child = fork();
  if (child == 0) {
    RecordedOperations operations;
    auto server = ControlServer::open(socket_, operations);
    _exit(server ? 0 : 1);  // without closing: as if killed
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  ASSERT_TRUE(std::filesystem::exists(socket_));
  serve();
  EXPECT_EQ(call("status").status, 0);
}

TEST_F(ControlApiTest, FileInTheSocketsPlaceIsLeftAlone) {
  std::ofstream(socket_) << "precious";
  const auto server = ControlServer::open(socket_, operations_);
  ASSERT_FALSE(server);
  EXPECT_TRUE(std::filesystem::exists(socket_));
}

TEST_F(ControlApiTest, PathThatIsTooLongIsRefused) {
  const auto server = ControlServer::open("/tmp/" + std::string(200, 'x'), operations_);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Errc::kInvalid);
}

}  // namespace
}  // namespace sallyport::test
