// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "tests/unit/terminator/terminator_fixture.hpp"

namespace sallyport::test {
namespace {

class Refusing : public TerminatorTest {
 protected:
  void SetUp() override { start(); }
};

TEST_F(Refusing, GivesOneAndTheSameAnswerToEveryKeyThatIsNotValid) {
  add_key("key-revoked", "carl").standing = Standing::kRevoked;
  add_key("key-suspended", "carl").standing = Standing::kSuspended;
  add_key("key-expired", "carl").expires_at = 1;
  index.add({.digest = digest_of("key-early"), .id = {}, .not_before = unix_now() + 3600},
            index.owner_of("acme", "carl"));
  add_key("key-of-inactive-user", "dora");
  index.owner_of("acme", "dora").user_standing = Standing::kSuspended;

  TlsClient client(service.listen.port);
  const auto unknown = client.ask(get("/", "nobody-has-this"));
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->status, 401);
  EXPECT_TRUE(unknown->has("application/problem+json"));
  EXPECT_TRUE(unknown->has("WWW-Authenticate"));
  EXPECT_NE(unknown->body.find("\"code\":\"invalid-key\""), std::string::npos) << unknown->body;
  for (const char* key : {"spk_live_malformed", "key-revoked", "key-suspended", "key-expired",
                          "key-early", "key-of-inactive-user"}) {
    const auto response = client.ask(get("/", key));
    ASSERT_TRUE(response) << key;
    EXPECT_EQ(response->head, unknown->head) << key;
    EXPECT_EQ(response->body, unknown->body) << key;
  }
  EXPECT_EQ(upstream.connections(), 0u);
  const auto counters = terminator->counters();
  for (const auto code : {CheckCode::kUnknownKey, CheckCode::kMalformedKey, CheckCode::kRevokedKey,
                          CheckCode::kSuspendedKey, CheckCode::kExpiredKey, CheckCode::kNotYetValid,
                          CheckCode::kInactiveUser}) {
    EXPECT_EQ(counters.checks[static_cast<std::size_t>(code)], 1u) << info(code).code;
  }
}

TEST_F(Refusing, AsksForAKeyWhereNoneIsPresented) {
  TlsClient client(service.listen.port);
  const auto response = client.ask(get("/", ""));
  EXPECT_EQ(response->status, 401);
  EXPECT_NE(response->body.find("missing-key"), std::string::npos);
  EXPECT_TRUE(edge.calls().empty());
}

TEST_F(Refusing, RefusesAKeyThatClaimsAnotherUser) {
  TlsClient client(service.listen.port);
  EXPECT_EQ(client.ask(get("/", "key-ann-1", "X-User-Id: ann\r\n"))->status, 200);
  const auto response = client.ask(get("/", "key-ann-1", "X-User-Id: bob\r\n"));
  EXPECT_EQ(response->status, 403);
  EXPECT_NE(response->body.find("user-mismatch"), std::string::npos);
  EXPECT_TRUE(edge.sees("observe user-mismatch"));
  EXPECT_EQ(client.ask(get("/", "key-ann-1", "X-User-Id: ann\r\nX_User_Id: bob\r\n"))->status, 403);
}

TEST_F(Refusing, TellsWhenToComeBackOverTheLimit) {
  ann_1.request_cost_ns = 60 * kSecondNs;
  TlsClient client(service.listen.port);
  EXPECT_EQ(client.ask(get("/", "key-ann-1"))->status, 200);
  const auto response = client.ask(get("/", "key-ann-1"));
  EXPECT_EQ(response->status, 429);
  EXPECT_TRUE(response->has("Retry-After: 60")) << response->head;
  EXPECT_EQ(client.ask(get("/", "key-ann-2"))->status, 200);
  EXPECT_EQ(edge.count("observe over-limit"), 0);
}

TEST_F(Refusing, ReportsWhoPresentedWhichKey) {
  TlsClient client(service.listen.port);
  ASSERT_EQ(client.ask(get("/", "wrong"))->status, 401);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(client.ask(get("/", "key-bob"))->status, 200);
  const auto facts = edge.observations();
  ASSERT_EQ(facts.size(), 2u);
  EXPECT_EQ(facts[0].code, CheckCode::kUnknownKey);
  EXPECT_EQ(facts[0].source.to_string(), "127.0.0.1");
  std::uint64_t prefix = 0;
  std::memcpy(&prefix, digest_of("wrong").data(), sizeof(prefix));
  EXPECT_EQ(facts[0].key_prefix, prefix);
  EXPECT_EQ(facts[1].code, CheckCode::kAllowed);
}

TEST_F(Refusing, GoesOnAfterTheBodyOfARefusedRequest) {
  TlsClient client(service.listen.port);
  EXPECT_EQ(client.ask(post("/echo", "wrong", std::string(30000, 'x')))->status, 401);
  EXPECT_EQ(client
                .ask("POST / HTTP/1.1\r\nHost: a\r\nX-Api-Key: wrong\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
                ->status,
            401);
  EXPECT_EQ(client.ask(get("/", "key-bob"))->status, 200);
}

TEST_F(Refusing, ClosesRatherThanReadALargeRefusedBody) {
  TlsClient client(service.listen.port);
  const auto response = client.ask(
      "POST / HTTP/1.1\r\nHost: a\r\nX-Api-Key: wrong\r\nContent-Length: 999999\r\n\r\n");
  EXPECT_EQ(response->status, 401);
  EXPECT_TRUE(response->has("Connection: close"));
  EXPECT_TRUE(client.meets_end());
}

TEST_F(Refusing, TakesNoBodyBeyondTheBound) {
  terminator.reset();
  service.http.body_bytes = 1000;
  start();
  TlsClient client(service.listen.port);
  EXPECT_EQ(client.ask(post("/echo", "key-bob", std::string(1001, 'x')))->status, 413);
  TlsClient other(service.listen.port);
  const auto chunked = other.ask(
      "POST /echo HTTP/1.1\r\nHost: a\r\nX-Api-Key: key-bob\r\n"
      "Transfer-Encoding: chunked\r\n\r\n3ea\r\n" +
      std::string(1002, 'x'));
  EXPECT_EQ(chunked->status, 413);
  EXPECT_TRUE(other.meets_end());
}

TEST_F(Refusing, AnswersWhatCannotBeParsedAndCloses) {
  const std::pair<std::string, int> bad[] = {
      {"NONSENSE\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505},
      {"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20000, 'x') + "\r\n\r\n", 431},
  };
  for (const auto& [request, status] : bad) {
    TlsClient client(service.listen.port);
    const auto response = client.ask(request);
    ASSERT_TRUE(response) << request;
    EXPECT_EQ(response->status, status) << request;
    EXPECT_TRUE(response->has("application/problem+json"));
    EXPECT_TRUE(client.meets_end()) << request;
  }
  EXPECT_EQ(terminator->counters().bad_requests, std::size(bad));
}

TEST_F(Refusing, RefusesABodyOfBrokenForm) {
  TlsClient client(service.listen.port);
  const auto response = client.ask(
      "POST /echo HTTP/1.1\r\nHost: a\r\nX-Api-Key: key-bob\r\n"
      "Transfer-Encoding: chunked\r\n\r\nzz\r\n");
  EXPECT_EQ(response->status, 400);
  EXPECT_TRUE(client.meets_end());
}

}  // namespace
}  // namespace sallyport::test
