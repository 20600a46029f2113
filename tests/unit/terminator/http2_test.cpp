// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/terminator/http2_client.hpp"
#include "tests/unit/terminator/terminator_fixture.hpp"

namespace sallyport::test {
namespace {

using Ends = Http2Client::Ends;

class Http2 : public TerminatorTest {};

TEST_F(Http2, ServesManyRequestsOnOneConnection) {
  start();
  Http2Client client(service.listen.port);
  ASSERT_EQ(client.protocol(), "h2");
  for (int i = 0; i < 50; ++i) {
    const StreamAnswer& answer = client.ask(get2("/", "key-ann-1"));
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_TRUE(answer.is_whole);
    EXPECT_EQ(answer.error, 0u);
  }
  EXPECT_EQ(upstream.connections(), 1u);
  EXPECT_EQ(edge.count("bind ann-1..."), 1);
  EXPECT_EQ(terminator->counters().checks[0], 50u);
}

TEST_F(Http2, IsNotOfferedWhereTheServiceSaysSo) {
  service.http2 = false;
  start();
  const TlsClient client(service.listen.port, Hello{.protocols = "\x02h2\x08http/1.1"});
  EXPECT_EQ(client.protocol(), "http/1.1");
  const TlsClient only(service.listen.port, Hello{.protocols = "\x02h2"});
  EXPECT_FALSE(only.is_connected());
}

TEST_F(Http2, AnswersStreamsAsTheyAreReady) {
  start();
  Http2Client client(service.listen.port);
  const auto slow = client.begin(get2("/hold", "key-ann-1"));
  ASSERT_TRUE(upstream.holds(1));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.ask(get2("/", "key-ann-1")).status, 200);
  upstream.release();
  EXPECT_EQ(client.answer(slow).body, "held");
}

TEST_F(Http2, TellsTheUpstreamWhoseKeyItWasAndNeverTheKey) {
  start();
  Http2Client client(service.listen.port);
  const StreamAnswer& answer = client.ask(get2("/head", "key-ann-1",
                                               {{"x-auth-user", "root"},
                                                {"te", "trailers"},
                                                {"cookie", "a=1"},
                                                {"x-forwarded-for", "203.0.113.9"},
                                                {"cookie", "b=2"}}));
  EXPECT_TRUE(answer.body.starts_with("GET /head HTTP/1.1\r\nHost: api.example\r\n"));
  EXPECT_NE(answer.body.find("X-Auth-User: ann\r\n"), std::string::npos) << answer.body;
  EXPECT_NE(answer.body.find("X-Forwarded-For: 127.0.0.1\r\n"), std::string::npos);
  EXPECT_NE(answer.body.find("cookie: a=1; b=2\r\n"), std::string::npos);
  EXPECT_EQ(answer.body.find("te: "), std::string::npos);
  EXPECT_EQ(answer.body.find("key-ann-1"), std::string::npos);
  EXPECT_EQ(answer.body.find("root"), std::string::npos);
}

TEST_F(Http2, CarriesLargeBodiesBothWays) {
  start();
  Http2Client client(service.listen.port);
  std::string body(3 << 20, 'x');
  for (std::size_t i = 0; i < body.size(); i += 7) body[i] = static_cast<char>('a' + i % 26);
  const auto of_length =
      client.begin(get2("/echo", "key-ann-1",
                        {{":method", "POST"}, {"content-length", std::to_string(body.size())}}),
                   Ends::kNo);
  client.send_body(of_length, body, Ends::kYes);
  EXPECT_TRUE(client.answer(of_length).body == body);
  EXPECT_EQ(client.ask(get2("/big", "key-ann-1")).body.size(), std::size_t{3} << 20);
}

TEST_F(Http2, PassesABodyOfUnknownLengthAsChunks) {
  start();
  Http2Client client(service.listen.port);
  const auto id = client.begin(get2("/echo", "key-ann-1", {{":method", "POST"}}), Ends::kNo);
  client.send_body(id, "some", Ends::kNo);
  client.send_body(id, "thing", Ends::kYes);
  // As the upstream got it; where the chunks are parted is not ours to say.
  std::string payload;
  const std::string& echoed = client.answer(id).body;
  EXPECT_TRUE(echoed.ends_with("0\r\n\r\n")) << echoed;
  for (const char c : echoed) {
    if (c >= 'a' && c <= 'z') payload += c;
  }
  EXPECT_EQ(payload, "something");
}

TEST_F(Http2, PassesResponsesOfEveryFraming) {
  start();
  Http2Client client(service.listen.port);
  const StreamAnswer& chunked = client.ask(get2("/chunked", "key-bob"));
  EXPECT_EQ(chunked.body, "hello, there");
  EXPECT_EQ(chunked.head.find("transfer-encoding"), std::string::npos) << chunked.head;
  EXPECT_TRUE(chunked.is_whole);
  const StreamAnswer& until_close = client.ask(get2("/until-close", "key-bob"));
  EXPECT_EQ(until_close.body, "until the end");
  EXPECT_TRUE(until_close.is_whole);
  EXPECT_EQ(client.ask(get2("/hints", "key-bob")).body, "hinted");
  const StreamAnswer& head = client.ask(get2("/", "key-bob", {{":method", "HEAD"}}));
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_NE(head.head.find("content-length: 5\r\n"), std::string::npos) << head.head;
}

TEST_F(Http2, RefusesAsHttp1Does) {
  start();
  Http2Client client(service.listen.port);
  TlsClient plain(service.listen.port);
  for (const std::string_view key : {"", "wrong"}) {
    const auto expected = plain.ask(get("/", key));
    const StreamAnswer& answer = client.ask(get2("/", key));
    EXPECT_EQ(answer.status, expected->status);
    EXPECT_EQ(answer.body, expected->body);
    EXPECT_NE(answer.head.find("www-authenticate: Bearer"), std::string::npos) << answer.head;
    EXPECT_EQ(answer.head.find("connection"), std::string::npos) << answer.head;
  }
  const StreamAnswer& mismatch = client.ask(get2("/", "key-bob", {{"x-user-id", "ann"}}));
  EXPECT_EQ(mismatch.status, 403);
  EXPECT_EQ(client.ask(get2("/", "key-bob")).status, 200);
}

TEST_F(Http2, AnswersOverLimitWithTheTimeToWait) {
  bob.request_cost_ns = 3600 * kSecondNs;
  start();
  Http2Client client(service.listen.port);
  EXPECT_EQ(client.ask(get2("/", "key-bob")).status, 200);
  const StreamAnswer& over = client.ask(get2("/", "key-bob"));
  EXPECT_EQ(over.status, 429);
  EXPECT_NE(over.head.find("retry-after: 3"), std::string::npos) << over.head;
}

TEST_F(Http2, AnswersBeforeTheWholeRequestIsThere) {
  start();
  Http2Client client(service.listen.port);
  for (const std::string_view key : {"wrong", "key-bob"}) {
    const auto id = client.begin(get2("/early", key, {{":method", "POST"}}), Ends::kNo);
    client.send_body(id, std::string(100'000, 'x'), Ends::kNo);
    EXPECT_EQ(client.head(id).status, key == "wrong" ? 401 : 403);
    client.send_body(id, std::string(100'000, 'x'), Ends::kYes);
    const StreamAnswer& answer = client.answer(id);
    EXPECT_TRUE(answer.is_whole);
    EXPECT_EQ(answer.error, std::uint32_t{NGHTTP2_NO_ERROR});
  }
  // Too much, and too long.
  const auto large = client.begin(get2("/", "wrong", {{":method", "POST"}}), Ends::kNo);
  client.send_body(large, std::string(1'000'000, 'x'), Ends::kNo);
  const auto slow = client.begin(get2("/", "wrong", {{":method", "POST"}}), Ends::kNo);
  for (const auto id : {large, slow}) {
    EXPECT_EQ(client.answer(id).status, 401);
    EXPECT_TRUE(client.answer(id).is_whole);
    EXPECT_EQ(client.answer(id).error, std::uint32_t{NGHTTP2_NO_ERROR});
  }
  EXPECT_EQ(client.ask(get2("/", "key-bob")).status, 200);
}

TEST_F(Http2, TellsWhatIsWrongWithTheUpstream) {
  start();
  Http2Client client(service.listen.port);
  EXPECT_EQ(client.ask(get2("/garbage", "key-bob")).status, 502);
  EXPECT_EQ(client.ask(get2("/silent", "key-bob")).status, 502);
  const auto part = client.begin(get2("/part", "key-bob"));
  EXPECT_EQ(client.head(part).status, 200);
  upstream.release();
  const StreamAnswer& broken = client.answer(part);
  EXPECT_FALSE(broken.is_whole);
  EXPECT_EQ(broken.error, std::uint32_t{NGHTTP2_INTERNAL_ERROR});
  EXPECT_EQ(client.ask(get2("/", "key-bob")).status, 200);
}

TEST_F(Http2, ContinuesForAClientThatExpectsIt) {
  start();
  Http2Client client(service.listen.port);
  const auto id =
      client.begin(get2("/echo", "key-bob",
                        {{":method", "POST"}, {"content-length", "4"}, {"expect", "100-continue"}}),
                   Ends::kNo);
  EXPECT_EQ(client.head(id).status, 100);
  client.send_body(id, "body", Ends::kYes);
  EXPECT_EQ(client.answer(id).body, "body");
}

}  // namespace
}  // namespace sallyport::test
