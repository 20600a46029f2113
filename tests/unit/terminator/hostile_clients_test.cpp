// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/socket.h>

#include "tests/unit/terminator/terminator_fixture.hpp"

namespace sallyport::test {
namespace {

using namespace std::chrono_literals;

class HostileClients : public TerminatorTest {
 protected:
  void expect_healthy() {
    TlsClient client(service.listen.port);
    const auto response = client.ask(get("/", "key-bob"));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
  }
};

// What the peer says until it closes; empty where it resets.
std::string read_all(int fd) {
  std::string all;
  char bytes[4096];
  for (ssize_t got = 0; (got = ::recv(fd, bytes, sizeof(bytes), 0)) > 0;) {
    all.append(bytes, static_cast<std::size_t>(got));
  }
  return all;
}

TEST_F(HostileClients, EndGarbageInPlaceOfTls) {
  start();
  for (const std::string& garbage : {std::string("\x16\x03\x01\x02\x00garbage", 12),
                                     std::string(4000, '\xff'), std::string("SSH-2.0-x\r\n")}) {
    const UniqueFd fd = connect_to(service.listen.port);
    ASSERT_GT(::send(fd.get(), garbage.data(), garbage.size(), MSG_NOSIGNAL), 0);
    ::shutdown(fd.get(), SHUT_WR);
    (void)read_all(fd.get());
  }
  EXPECT_TRUE(counts(
      [](const auto& now) { return now.handshake_failures == 3 && now.connections_open == 0; }));
  expect_healthy();
}

TEST_F(HostileClients, TellPlainHttpThatThisIsTls) {
  start();
  const UniqueFd fd = connect_to(service.listen.port);
  const std::string request = get("/", "key-bob");
  ASSERT_GT(::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL), 0);
  const std::string answer = read_all(fd.get());
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n")) << answer;
  EXPECT_NE(answer.find("tls-required"), std::string::npos);
}

TEST_F(HostileClients, EndAHandshakeThatNeverComes) {
  service.http.handshake_timeout = 300ms;
  start();
  const UniqueFd silent = connect_to(service.listen.port);
  EXPECT_EQ(read_all(silent.get()), "");
  EXPECT_TRUE(counts([](const auto& now) { return now.timeouts == 1; }));
  expect_healthy();
}

TEST_F(HostileClients, EndAConnectionThatResetsInItsHandshake) {
  start();
  for (int i = 0; i < 20; ++i) {
    UniqueFd fd = connect_to(service.listen.port);
    ASSERT_GT(::send(fd.get(), "\x16\x03\x01\x02", 4, MSG_NOSIGNAL), 0);
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  }
  EXPECT_TRUE(counts(
      [](const auto& now) { return now.handshake_failures == 20 && now.connections_open == 0; }));
  expect_healthy();
}

TEST_F(HostileClients, EndAHeadThatDrips) {
  service.http.head_timeout = 400ms;
  start();
  TlsClient client(service.listen.port);
  ASSERT_EQ(client.ask(get("/", "key-bob"))->status, 200);
  ASSERT_TRUE(client.send("GET / HTTP/1.1\r\n"));
  // The deadline counts from the first byte: dripping does not push it away.
  for (int i = 0; i < 500 && terminator->counters().timeouts == 0; ++i) {
    ASSERT_TRUE(client.send("X"));
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_EQ(terminator->counters().timeouts, 1u);
  EXPECT_EQ(client.receive()->status, 408);
  EXPECT_TRUE(client.meets_end());
}

TEST_F(HostileClients, EndABodyThatStops) {
  service.http.body_timeout = 300ms;
  start();
  TlsClient client(service.listen.port);
  const auto response = client.ask(
      "POST /echo HTTP/1.1\r\nHost: a\r\nX-Api-Key: key-bob\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(response->status, 408);
  EXPECT_TRUE(client.meets_end());
}

TEST_F(HostileClients, EndAnIdleConnectionQuietly) {
  service.http.idle_timeout = 300ms;
  start();
  TlsClient client(service.listen.port);
  ASSERT_EQ(client.ask(get("/", "key-bob"))->status, 200);
  EXPECT_TRUE(client.meets_end());
  EXPECT_EQ(terminator->counters().timeouts, 0u);
}

TEST_F(HostileClients, EndAReaderThatReadsNothing) {
  service.http.body_timeout = 300ms;
  start();
  TlsClient client(service.listen.port);
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(client.send(get("/big", "key-bob")));
  EXPECT_TRUE(
      counts([](const auto& now) { return now.timeouts == 1 && now.connections_open == 0; }));
  expect_healthy();
}

TEST_F(HostileClients, WaitForADescriptorWithoutSpinning) {
  start();
  // One connection has come and gone, and its remains too, since a second one was served: the
  // sanitizer opens a pipe when it first checks an object's type, and would take its own lack of
  // descriptors for a fault of the object.
  expect_healthy();
  EXPECT_TRUE(counts([](const auto& now) { return now.connections_open == 0; }));
  expect_healthy();
  rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  // A descriptor for the client; none is left when the worker wants to accept it.
  const UniqueFd client(::dup(0));
  std::vector<UniqueFd> all;
  rlimit low = before;
  low.rlim_cur = 256;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  UniqueFd spare(::dup(0));
  for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) all.emplace_back(fd);
  spare.reset();
  const UniqueFd waiting = connect_to(service.listen.port);
  ASSERT_TRUE(waiting);
  EXPECT_TRUE(counts([](const auto& now) { return now.accept_pauses >= 1; }));
  EXPECT_LT(terminator->counters().accept_pauses, 100u);
  all.clear();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  expect_healthy();
}

}  // namespace
}  // namespace sallyport::test
