// SPDX-License-Identifier: Apache-2.0
// A service behind another TLS hop: plain HTTP, and connections that many clients share.
#include <sys/socket.h>

#include "tests/unit/terminator/terminator_fixture.hpp"

namespace sallyport::test {
namespace {

using namespace std::chrono_literals;
using CutSource = Terminator::CutSource;

const Address kLoopback = *Address::parse("127.0.0.1");

class Cleartext : public TerminatorTest {
 protected:
  Cleartext() {
    service.kind = ServiceKind::kCleartext;
    service.tls = {};
  }
  void expect_served(HttpClient& hop, std::string_view key) {
    const auto response = hop.ask(get("/", key));
    ASSERT_TRUE(response) << key;
    EXPECT_EQ(response->status, 200) << key;
    EXPECT_EQ(response->body, "hello");
  }
};

TEST_F(Cleartext, ServesPlainHttpWithoutACertificate) {
  start();
  PlainClient hop(service.listen.port);
  for (int i = 0; i < 20; ++i) expect_served(hop, "key-ann-1");
  const auto refused = hop.ask(get("/", ""));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 401);
  EXPECT_NE(refused->body.find("missing-key"), std::string::npos);
  expect_served(hop, "key-bob");
  EXPECT_EQ(terminator->counters().handshake_failures, 0u);
}

TEST_F(Cleartext, CarriesLargeBodiesBothWaysAndPipelinedRequestsInOrder) {
  start();
  PlainClient hop(service.listen.port);
  std::string body(2 << 20, 'x');
  for (std::size_t i = 0; i < body.size(); i += 7) body[i] = static_cast<char>('a' + i % 26);
  const auto echoed = hop.ask(post("/echo", "key-ann-1", body));
  ASSERT_TRUE(echoed);
  EXPECT_TRUE(echoed->body == body);
  ASSERT_TRUE(hop.send(get("/big", "key-bob") + get("/", "wrong") + get("/", "key-ann-2")));
  EXPECT_EQ(hop.receive()->body.size(), std::size_t{3} << 20);
  EXPECT_EQ(hop.receive()->status, 401);
  EXPECT_EQ(hop.receive()->body, "hello");
}

TEST_F(Cleartext, TellsTheUpstreamWhatTheHopSaidOfTheClient) {
  start();
  PlainClient hop(service.listen.port);
  const auto response = hop.ask(
      get("/head", "key-ann-1",
          "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Auth-User: root\r\n"));
  ASSERT_TRUE(response);
  EXPECT_NE(response->body.find("X-Forwarded-For: 203.0.113.9, 127.0.0.1\r\n"), std::string::npos)
      << response->body;
  EXPECT_NE(response->body.find("X-Forwarded-Proto: https\r\n"), std::string::npos);
  EXPECT_NE(response->body.find("X-Auth-User: ann\r\n"), std::string::npos);
  EXPECT_EQ(response->body.find("root"), std::string::npos);
  EXPECT_EQ(response->body.find("key-ann-1"), std::string::npos);
}

TEST_F(Cleartext, NeverBindsAConnectionToAKey) {
  start();
  {
    PlainClient hop(service.listen.port);
    for (int i = 0; i < 3; ++i) expect_served(hop, "key-ann-1");
    expect_served(hop, "key-bob");
  }
  EXPECT_TRUE(counts([](const auto& now) { return now.connections_open == 0; }));
  EXPECT_EQ(edge.calls(), std::vector<std::string>{"observe allowed"});
}

TEST_F(Cleartext, LetsNothingSpeakAgainstTheHopButWhatSpeaksForIt) {
  start();
  PlainClient hop(service.listen.port);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(hop.ask(get("/", "wrong-" + std::to_string(i)))->status, 401);
  }
  ASSERT_EQ(hop.ask(get("/", "key-ann-1", "X-User-Id: bob\r\n"))->status, 403);
  EXPECT_TRUE(edge.calls().empty());
  // Nor does its last refusal make it an offender when its address has become a shared one.
  EXPECT_EQ(terminator->cut(kLoopback, CutSource::kRefused), 0u);
  expect_served(hop, "key-bob");
  EXPECT_EQ(edge.calls(), std::vector<std::string>{"observe allowed"});
  EXPECT_EQ(terminator->counters().checks[static_cast<std::size_t>(CheckCode::kUnknownKey)], 100u);
}

TEST_F(Cleartext, SurvivesTheRevocationOfAKeyThatHasNoRequestRunning) {
  start(2);
  PlainClient hop(service.listen.port);
  expect_served(hop, "key-ann-1");
  EXPECT_EQ(revoke(ann_1), 0u);
  EXPECT_EQ(hop.ask(get("/", "key-ann-1"))->status, 401);
  expect_served(hop, "key-ann-2");
  EXPECT_EQ(terminator->counters().connections, 1u);
  EXPECT_EQ(terminator->counters().cut, 0u);
}

TEST_F(Cleartext, IsCutWhileARequestOfTheRevokedKeyRuns) {
  start();
  PlainClient hop(service.listen.port);
  PlainClient other(service.listen.port);
  expect_served(other, "key-ann-1");
  ASSERT_TRUE(hop.send(get("/part", "key-ann-1")));
  ASSERT_TRUE(upstream.holds(1));
  EXPECT_EQ(revoke(ann_1), 1u);
  EXPECT_FALSE(hop.receive());                   // not to its end
  EXPECT_EQ(edge.count("unbind condemned"), 0);  // what still comes on it is nobody's fault
  expect_served(other, "key-bob");
}

TEST_F(Cleartext, TellsAClientThatSpeaksTlsThatThisIsPlainHttp) {
  start();
  PlainClient client(service.listen.port);
  const auto response = client.ask(std::string_view("\x16\x03\x01\x02\x00\x01\x00", 7));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 400);
  EXPECT_NE(response->body.find("TLS ends in front of it"), std::string::npos) << response->body;
  EXPECT_TRUE(client.meets_end());
  client.reset();
  EXPECT_FALSE(TlsClient(service.listen.port).is_connected());
  EXPECT_TRUE(
      counts([](const auto& now) { return now.bad_requests == 2 && now.connections_open == 0; }));
  PlainClient hop(service.listen.port);
  expect_served(hop, "key-bob");
}

TEST_F(Cleartext, HoldsAHopToTheSameBoundsAsAClient) {
  service.http.head_timeout = 300ms;
  service.http.idle_timeout = 300ms;
  start();
  PlainClient silent(service.listen.port);
  EXPECT_TRUE(silent.meets_end());
  PlainClient slow(service.listen.port);
  ASSERT_TRUE(slow.send("GET / HTTP/1.1\r\nHost"));
  EXPECT_EQ(slow.receive()->status, 408);
  slow.reset();
  PlainClient garbage(service.listen.port);
  EXPECT_EQ(garbage.ask("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20000, 'x'))->status, 431);
  EXPECT_TRUE(garbage.meets_end());
  garbage.reset();
  PlainClient gone(service.listen.port);
  ASSERT_TRUE(gone.send(get("/hold", "key-bob")));
  ASSERT_TRUE(upstream.holds(1));
  gone.reset();
  EXPECT_TRUE(counts([](const auto& now) { return now.connections_open == 0; }));
}

TEST_F(Cleartext, FinishesWhatRunsWhenItDrains) {
  start();
  PlainClient idle(service.listen.port);
  PlainClient busy(service.listen.port);
  expect_served(idle, "key-bob");
  ASSERT_TRUE(busy.send(get("/hold", "key-bob")));
  ASSERT_TRUE(upstream.holds(1));
  std::thread drain([&] { EXPECT_TRUE(terminator->drain(20s)); });
  EXPECT_TRUE(idle.meets_end());
  upstream.release();
  const auto response = busy.receive();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_TRUE(response->has("Connection: close"));
  EXPECT_TRUE(busy.meets_end());
  drain.join();
}

}  // namespace
}  // namespace sallyport::test
