// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/terminator/terminator_fixture.hpp"

namespace sallyport::test {
namespace {

using namespace std::chrono_literals;

class UpstreamTrouble : public TerminatorTest {
 protected:
  void serve_with(UpstreamServer& other) {
    service.upstream.endpoint.port = other.port();
    start();
  }
};

bool is_problem(const std::optional<Response>& response, int status, std::string_view code) {
  return response && response->status == status &&
         response->body.find("\"code\":\"" + std::string(code) + "\"") != std::string::npos;
}

TEST_F(UpstreamTrouble, AnswersThatItCannotBeReached) {
  service.upstream.endpoint.port = free_port();
  start();
  TlsClient client(service.listen.port);
  EXPECT_TRUE(is_problem(client.ask(get("/", "key-bob")), 502, "upstream-unreachable"));
  EXPECT_TRUE(is_problem(client.ask(get("/", "key-bob")), 502, "upstream-unreachable"));
  EXPECT_TRUE(is_problem(client.ask(post("/", "key-bob", "unread")), 502, "upstream-unreachable"));
  EXPECT_TRUE(client.meets_end());
  EXPECT_EQ(terminator->counters().upstream_failures, 3u);
}

TEST_F(UpstreamTrouble, AnswersThatItSpeaksNoHttpOrNothingAtAll) {
  start();
  TlsClient client(service.listen.port);
  EXPECT_TRUE(is_problem(client.ask(get("/garbage", "key-bob")), 502, "bad-upstream-response"));
  EXPECT_TRUE(is_problem(client.ask(get("/silent", "key-bob")), 502, "bad-upstream-response"));
  EXPECT_EQ(client.ask(get("/", "key-bob"))->status, 200);
}

TEST_F(UpstreamTrouble, AnswersThatItTakesTooLong) {
  service.upstream.response_timeout = 300ms;
  start();
  TlsClient client(service.listen.port);
  EXPECT_TRUE(is_problem(client.ask(get("/hold", "key-bob")), 504, "upstream-timeout"));
  EXPECT_EQ(client.ask(get("/", "key-bob"))->status, 200);
}

TEST_F(UpstreamTrouble, ShowsThatAResponseWasCutShort) {
  service.upstream.response_timeout = 300ms;
  start();
  TlsClient client(service.listen.port);
  ASSERT_TRUE(client.send(get("/part", "key-bob")));
  EXPECT_FALSE(client.receive());
}

TEST_F(UpstreamTrouble, DropsAnIdleConnectionThatTheUpstreamClosed) {
  UpstreamServer once([](UpstreamPeer& peer) {
    if (peer.read_head().empty()) return;
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  serve_with(once);
  TlsClient client(service.listen.port);
  for (unsigned i = 1; i <= 20; ++i) {
    ASSERT_EQ(client.ask(get("/", "key-bob"))->status, 200);
    EXPECT_EQ(once.connections(), i);
  }
}

// The upstream closes in the moment in which the second request reaches it.
UpstreamServer::Script closing_on_second(std::atomic<int>& seen) {
  return [&seen](UpstreamPeer& peer) {
    for (int i = 0;; ++i) {
      if (peer.read_head().empty()) return;
      if (++seen == 2 && i == 1) return;
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  };
}

TEST_F(UpstreamTrouble, RepeatsAHarmlessRequestOnceWhenAnIdleConnectionFails) {
  std::atomic<int> seen{0};
  UpstreamServer racing(closing_on_second(seen));
  serve_with(racing);
  TlsClient client(service.listen.port);
  EXPECT_EQ(client.ask(get("/", "key-bob"))->status, 200);
  EXPECT_EQ(client.ask(get("/", "key-bob"))->status, 200);
  EXPECT_EQ(seen.load(), 3);
  EXPECT_EQ(racing.connections(), 2u);
}

TEST_F(UpstreamTrouble, NeverRepeatsARequestThatMayHaveChangedSomething) {
  const std::string fields = "/ HTTP/1.1\r\nHost: a\r\nX-Api-Key: key-bob\r\n";
  for (const std::string& request :
       {"POST " + fields + "\r\n", "PUT " + fields + "Content-Length: 4\r\n\r\nbody"}) {
    std::atomic<int> seen{0};
    UpstreamServer racing(closing_on_second(seen));
    terminator.reset();
    serve_with(racing);
    TlsClient client(service.listen.port);
    EXPECT_EQ(client.ask(get("/", "key-bob"))->status, 200);
    EXPECT_TRUE(is_problem(client.ask(request), 502, "bad-upstream-response")) << request;
    EXPECT_EQ(seen.load(), 2);
  }
}

TEST_F(UpstreamTrouble, UsesNoConnectionAgainThatSaidMoreThanItsResponse) {
  UpstreamServer chatty([](UpstreamPeer& peer) {
    while (!peer.read_head().empty()) {
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n");
    }
  });
  serve_with(chatty);
  TlsClient client(service.listen.port);
  EXPECT_EQ(client.ask(get("/", "key-bob"))->body, "ok");
  EXPECT_EQ(client.ask(get("/", "key-bob"))->body, "ok");
  EXPECT_EQ(chatty.connections(), 2u);
}

TEST_F(UpstreamTrouble, TakesAResetForNoEndOfABody) {
  UpstreamServer breaking([](UpstreamPeer& peer) {
    if (peer.read_head().empty()) return;
    peer.send("HTTP/1.0 200 OK\r\n\r\npart");
    peer.reset();
  });
  serve_with(breaking);
  TlsClient client(service.listen.port);
  ASSERT_TRUE(client.send(get("/", "key-bob")));
  EXPECT_FALSE(client.receive());
}

TEST_F(UpstreamTrouble, TellsAnHttp10ClientTheEndOfTheBodyByTheEndOfTheConnection) {
  start();
  TlsClient client(service.listen.port);
  const auto response = client.ask("GET /until-close HTTP/1.0\r\nX-Api-Key: key-bob\r\n\r\n");
  EXPECT_EQ(response->body, "until the end");
  EXPECT_TRUE(client.meets_end());
}

}  // namespace
}  // namespace sallyport::test
