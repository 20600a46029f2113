// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/terminator/terminator_fixture.hpp"

namespace sallyport::test {
namespace {

class Proxying : public TerminatorTest {
 protected:
  void SetUp() override { start(); }
};

TEST_F(Proxying, ServesManyRequestsOnOneConnection) {
  TlsClient client(service.listen.port);
  ASSERT_TRUE(client.is_connected());
  EXPECT_EQ(client.protocol(), "http/1.1");
  for (int i = 0; i < 50; ++i) {
    const auto response = client.ask(get("/", "key-ann-1"));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "hello");
  }
  EXPECT_EQ(upstream.connections(), 1u);
  EXPECT_EQ(terminator->counters().checks[0], 50u);
}

TEST_F(Proxying, TellsTheUpstreamWhoseKeyItWasAndNeverTheKey) {
  TlsClient client(service.listen.port);
  const auto response = client.ask(get("/head", "key-ann-1",
                                       "X-Auth-User: root\r\nAuthorization: Bearer key-ann-1\r\n"
                                       "X-Forwarded-For: 203.0.113.9\r\n"));
  ASSERT_TRUE(response);
  EXPECT_NE(response->body.find("X-Auth-User: ann\r\n"), std::string::npos) << response->body;
  EXPECT_NE(response->body.find("X-Auth-Tenant: acme\r\n"), std::string::npos);
  EXPECT_NE(response->body.find("X-Forwarded-For: 127.0.0.1\r\n"), std::string::npos);
  EXPECT_EQ(response->body.find("key-ann-1"), std::string::npos);
  EXPECT_EQ(response->body.find("root"), std::string::npos);
}

TEST_F(Proxying, AnswersPipelinedRequestsInOrder) {
  TlsClient client(service.listen.port);
  ASSERT_TRUE(client.send(get("/", "key-ann-1") + post("/echo", "key-ann-1", "two") +
                          get("/", "wrong") + get("/chunked", "key-ann-1")));
  EXPECT_EQ(client.receive()->body, "hello");
  EXPECT_EQ(client.receive()->body, "two");
  EXPECT_EQ(client.receive()->status, 401);
  EXPECT_EQ(client.receive()->body, "hello, there");
}

TEST_F(Proxying, CarriesLargeBodiesBothWays) {
  TlsClient client(service.listen.port);
  std::string body(2 << 20, 'x');
  for (std::size_t i = 0; i < body.size(); i += 7) body[i] = static_cast<char>('a' + i % 26);
  const auto echoed = client.ask(post("/echo", "key-ann-1", body));
  ASSERT_TRUE(echoed);
  EXPECT_TRUE(echoed->body == body);
  EXPECT_EQ(client.ask(get("/big", "key-ann-1"))->body.size(), std::size_t{3} << 20);
  EXPECT_EQ(client.ask(get("/", "key-ann-1"))->body, "hello");
}

TEST_F(Proxying, PassesChunkedBodiesBothWays) {
  TlsClient client(service.listen.port);
  ASSERT_TRUE(
      client.send("POST /echo HTTP/1.1\r\nHost: a\r\nX-Api-Key: key-bob\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n4\r\nbo"));
  ASSERT_TRUE(client.send("dy\r\n0\r\n\r\n"));
  EXPECT_EQ(client.receive()->body, "4\r\nbody\r\n0\r\n\r\n");
  const auto chunked = client.ask(get("/chunked", "key-bob"));
  EXPECT_EQ(chunked->body, "hello, there");
  EXPECT_TRUE(chunked->has("Transfer-Encoding: chunked"));
}

TEST_F(Proxying, AnnouncesABodyOfUnknownLengthAsChunked) {
  TlsClient client(service.listen.port);
  EXPECT_EQ(client.ask(get("/until-close", "key-bob"))->body, "until the end");
  EXPECT_EQ(client.ask(get("/", "key-bob"))->body, "hello");
}

TEST_F(Proxying, UnchunksForHttp10AndCloses) {
  TlsClient client(service.listen.port);
  const auto response =
      client.ask("GET /chunked HTTP/1.0\r\nConnection: keep-alive\r\nX-Api-Key: key-bob\r\n\r\n");
  EXPECT_EQ(response->body, "hello, there");
  EXPECT_FALSE(response->has("chunked"));
  EXPECT_TRUE(client.meets_end());
}

TEST_F(Proxying, GivesHeadNoBody) {
  TlsClient client(service.listen.port);
  ASSERT_TRUE(client.send("HEAD / HTTP/1.1\r\nHost: a\r\nX-Api-Key: key-bob\r\n\r\n"));
  const auto response = client.receive(true);
  EXPECT_TRUE(response->has("Content-Length: 5"));
  EXPECT_EQ(client.ask(get("/", "key-bob"))->body, "hello");
}

TEST_F(Proxying, SaysContinueBeforeItReadsTheBody) {
  TlsClient client(service.listen.port);
  ASSERT_TRUE(
      client.send("POST /echo HTTP/1.1\r\nHost: a\r\nX-Api-Key: key-bob\r\n"
                  "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n"));
  EXPECT_EQ(client.receive()->status, 100);
  EXPECT_EQ(client.ask("body")->body, "body");
}

TEST_F(Proxying, PassesAnAnswerThatComesBeforeTheBodyIsSent) {
  TlsClient client(service.listen.port);
  const auto response = client.ask(
      "POST /early HTTP/1.1\r\nHost: a\r\nX-Api-Key: key-bob\r\nContent-Length: 100000\r\n\r\nabc");
  EXPECT_EQ(response->status, 403);
  EXPECT_EQ(response->body, "no");
  EXPECT_TRUE(response->has("Connection: close"));
  EXPECT_TRUE(client.meets_end());
}

TEST_F(Proxying, ListensForAWhileAfterAnAnswerThatCameEarly) {
  TlsClient client(service.listen.port);
  const auto response = client.ask(
      "POST /early HTTP/1.1\r\nHost: a\r\nX-Api-Key: key-bob\r\nContent-Length: 100000\r\n\r\nabc");
  EXPECT_EQ(response->status, 403);
  EXPECT_TRUE(client.meets_end());
  // A reset now could cost a client the answer that it has not read yet.
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(client.send(std::string(1000, 'x')));
}

TEST_F(Proxying, KeepsInterimResponsesToItself) {
  TlsClient client(service.listen.port);
  EXPECT_EQ(client.ask(get("/hints", "key-bob"))->body, "hinted");
}

TEST_F(Proxying, ClosesWhenTheClientAsksForIt) {
  TlsClient client(service.listen.port);
  const auto response = client.ask(get("/", "key-bob", "Connection: close\r\n"));
  EXPECT_EQ(response->status, 200);
  EXPECT_TRUE(response->has("Connection: close"));
  EXPECT_TRUE(client.meets_end());
}

TEST_F(Proxying, SurvivesAClientThatLeavesInTheMiddleOfAResponse) {
  {
    TlsClient client(service.listen.port);
    ASSERT_TRUE(client.send(get("/big", "key-bob")));
    client.reset();
  }
  {
    TlsClient client(service.listen.port);
    ASSERT_TRUE(client.send(get("/part", "key-bob")));
    ASSERT_TRUE(upstream.holds(1));
    client.reset();
  }
  EXPECT_TRUE(counts([](const auto& now) { return now.connections_open == 0; }));
  TlsClient other(service.listen.port);
  EXPECT_EQ(other.ask(get("/", "key-bob"))->body, "hello");
}

}  // namespace
}  // namespace sallyport::test
