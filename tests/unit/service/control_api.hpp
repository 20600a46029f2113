// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "agent/service/control_server.hpp"
#include "control/client/control_client.hpp"
#include "tests/unit/service/cli_program.hpp"
#include "tests/unit/service/recorded_operations.hpp"

namespace sallyport::test {

struct Ran {
  int status = -1;
  std::string out;  // standard output, then standard error
};

/// A command as a child of the shell.
inline Ran run_shell(const std::string& command) {
  Ran ran;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer;
  while (const std::size_t size = fread(buffer.data(), 1, buffer.size(), pipe)) {
    ran.out.append(buffer.data(), size);
  }
  ran.status = WEXITSTATUS(pclose(pipe));
  return ran;
}

/// A control server with recorded operations on a socket of its own, the client of it, and the
/// real program `sallyport` as a child process.
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

  /// Words as the shell reads them.
  [[nodiscard]] Ran call(const std::string& arguments) const {
    return run_shell(std::string(cli_program()) + " --socket " + socket_ + " " + arguments);
  }

  [[nodiscard]] ControlClient client(
      std::chrono::milliseconds timeout = ControlClient::kDefaultTimeout) const {
    return ControlClient(socket_, timeout);
  }

  RecordedOperations operations_;
  std::unique_ptr<ControlServer> server_;
  std::string directory_;
  std::string socket_;
};

}  // namespace sallyport::test
