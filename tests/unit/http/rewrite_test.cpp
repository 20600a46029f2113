// SPDX-License-Identifier: Apache-2.0
#include "agent/http/rewrite.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/http/heads.hpp"

namespace sallyport::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kRemoved[] = {"x-api-key", "authorization"};
constexpr HeaderField kAdded[] = {{"X-Sallyport-User", "alice"}, {"X-Sallyport-Tenant", "acme"}};

std::string upstream(const std::string& head, std::span<const HeaderField> added = kAdded,
                     Sender sender = Sender::kClient) {
  RequestHead request;
  const ParseResult result = parse_request_head(head, HeadLimits{}, request);
  EXPECT_EQ(result.result, ParseStatus::kDone) << result.why << "\n" << head;
  std::string out;
  write_upstream_head(request, {kRemoved, added, "192.0.2.7", sender}, out);
  return out;
}

std::string from_hop(std::initializer_list<std::string_view> lines) {
  return upstream(request_with(lines), kAdded, Sender::kTrustedHop);
}

std::string downstream(const std::string& head, Framing framing, bool keep_alive = true,
                       std::string_view method = "GET") {
  ResponseHead response;
  const ParseResult result = parse_response_head(head, HeadLimits{}, method, response);
  EXPECT_EQ(result.result, ParseStatus::kDone) << result.why << "\n" << head;
  std::string out;
  write_downstream_head(response, framing, keep_alive, out);
  return out;
}

TEST(RewriteTest, TheUpstreamSeesTheRequestOurFieldsAndNoMore) {
  EXPECT_EQ(upstream("GET /a?b HTTP/1.0\r\nHost: api.example:8443\r\nAccept:*/*\r\n"
                     "X-Api-Key: spk_secret\r\nConnection: keep-alive\r\n\r\n"),
            "GET /a?b HTTP/1.1\r\n"
            "Host: api.example:8443\r\n"
            "Accept: */*\r\n"
            "X-Sallyport-User: alice\r\n"
            "X-Sallyport-Tenant: acme\r\n"
            "X-Forwarded-For: 192.0.2.7\r\n"
            "X-Forwarded-Proto: https\r\n"
            "X-Forwarded-Host: api.example:8443\r\n"
            "\r\n");
}

TEST(RewriteTest, FramingIsWrittenAnewAndOnce) {
  EXPECT_THAT(upstream(request_with({"content-length:007"})),
              HasSubstr("\r\nContent-Length: 7\r\n\r\n"));
  EXPECT_THAT(upstream(request_with({"content-length:007"})), Not(HasSubstr("007")));
  EXPECT_THAT(upstream(request_with({"Content-Length: 0"})), HasSubstr("Content-Length: 0\r\n"));
  EXPECT_THAT(upstream(request_with({"transfer-encoding:chunked"})),
              HasSubstr("\r\nTransfer-Encoding: chunked\r\n\r\n"));
  EXPECT_THAT(upstream(request_with({})), Not(HasSubstr("Content-Length")));
}

TEST(RewriteTest, AClientCannotSaySomethingInOurName) {
  for (const char* line :
       {"X-Sallyport-User: eve", "x-sallyport-user: eve", "X_Sallyport_User: eve",
        "X-Sallyport_Tenant: eve", "X-Forwarded-For: eve", "X_Forwarded_For: eve",
        "X-Forwarded-Port: eve", "X-FORWARDED-HOST: eve", "Forwarded: for=eve", "X-Real-IP: eve",
        "X_Real_Ip: eve", "Proxy: eve", "Authorization: Bearer eve", "X-Api_Key: eve",
        "x-api-key: eve", "Transfer_Encoding: eve", "Content_Length: eve", "X_API_KEY: eve"}) {
    EXPECT_THAT(upstream(request_with({line})), Not(HasSubstr("eve"))) << line;
  }
  const std::string twice = upstream(request_with({"X-Api-Key: eve1", "X-Api-Key: eve2"}));
  EXPECT_THAT(twice, Not(HasSubstr("eve")));
}

TEST(RewriteTest, ATrustedHopSaysWhoTheClientIsAndIsNamedAfterIt) {
  EXPECT_THAT(from_hop({"x-forwarded-for: 203.0.113.9"}),
              HasSubstr("X-Forwarded-For: 203.0.113.9, 192.0.2.7\r\n"));
  EXPECT_THAT(from_hop({"X-Forwarded-For: 203.0.113.9, 10.0.0.1",
                        "X-Forwarded-For:", "X-Forwarded-For: 10.0.0.2"}),
              HasSubstr("X-Forwarded-For: 203.0.113.9, 10.0.0.1, 10.0.0.2, 192.0.2.7\r\n"));
  EXPECT_THAT(from_hop({}), HasSubstr("X-Forwarded-For: 192.0.2.7\r\n"));
}

TEST(RewriteTest, TheSchemeIsAsATrustedHopSaid) {
  EXPECT_THAT(from_hop({"x-forwarded-proto: http"}), HasSubstr("X-Forwarded-Proto: http\r\n"));
  EXPECT_THAT(from_hop({"x-forwarded-proto: http"}), Not(HasSubstr("https")));
  EXPECT_THAT(from_hop({}), Not(HasSubstr("X-Forwarded-Proto")));
  const std::string kept = from_hop({"Connection: x-forwarded-for, x-forwarded-proto",
                                     "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https"});
  EXPECT_THAT(kept, HasSubstr("X-Forwarded-For: 203.0.113.9, 192.0.2.7\r\n"));
  EXPECT_THAT(kept, HasSubstr("X-Forwarded-Proto: https\r\n"));
}

TEST(RewriteTest, ATrustedHopSpeaksForTheClientInNothingElse) {
  for (const char* line :
       {"X-Sallyport-User: eve", "X_Forwarded_For: eve", "X_Forwarded-Proto: eve",
        "X-Forwarded-Port: eve", "X-FORWARDED-HOST: eve", "Forwarded: for=eve", "X-Real-IP: eve",
        "X_API_KEY: eve"}) {
    EXPECT_THAT(from_hop({line}), Not(HasSubstr("eve"))) << line;
  }
}

TEST(RewriteTest, FieldsForOneHopStayOnIt) {
  for (const char* line :
       {"Connection: gone", "Keep-Alive: gone=1", "Proxy-Connection: gone", "TE: gone",
        "Upgrade: gone", "HTTP2-Settings: gone", "Proxy-Authorization: gone"}) {
    EXPECT_THAT(upstream(request_with({line})), Not(HasSubstr("gone"))) << line;
  }
  const std::string named =
      upstream(request_with({"X-Hop: gone", "Connection: x-hop, X-Other", "Connection: X-Third",
                             "x-other: gone", "X_Third: gone", "X-Stays: here"}));
  EXPECT_THAT(named, Not(HasSubstr("gone")));
  EXPECT_THAT(named, HasSubstr("X-Stays: here\r\n"));
}

TEST(RewriteTest, ConnectionCannotTakeAwayWhatTheUpstreamNeeds) {
  const std::string out = upstream(
      request_with({"Content-Length: 5",
                    "Connection: host, content-length, x-sallyport-user, x-forwarded-for"}));
  EXPECT_THAT(out, HasSubstr("Host: api.example\r\n"));
  EXPECT_THAT(out, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(out, HasSubstr("X-Sallyport-User: alice\r\n"));
  EXPECT_THAT(out, HasSubstr("X-Forwarded-For: 192.0.2.7\r\n"));
}

TEST(RewriteTest, TheLastOfTheMostConnectionOptionsCounts) {
  std::string options = "Connection: x-hop";
  for (std::size_t i = 1; i < 16; ++i) options += "x,x-hop";
  EXPECT_THAT(upstream(request_with({options, "X-Hop: gone"})), Not(HasSubstr("gone")));
}

TEST(RewriteTest, FieldsOfTheSameLengthAreNotMistaken) {
  const std::string out = upstream(request_with({"X-Bpi-Key: here", "Upgrad3: here2", "Te2: 3"}));
  EXPECT_THAT(out, HasSubstr("X-Bpi-Key: here\r\nUpgrad3: here2\r\nTe2: 3\r\n"));
}

TEST(RewriteTest, TrailerStaysAndExpectIsOurs) {
  const std::string out = upstream(
      request_with({"Trailer: X-Sum", "Transfer-Encoding: chunked", "Expect: 100-continue"}));
  EXPECT_THAT(out, HasSubstr("Trailer: X-Sum\r\n"));
  EXPECT_THAT(out, Not(HasSubstr("Expect")));
}

TEST(RewriteTest, AnUpgradeIsForwardedAsAPlainRequest) {
  const std::string out = upstream(
      request_with({"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"}));
  EXPECT_THAT(out, Not(HasSubstr("Upgrade")));
  EXPECT_THAT(out, HasSubstr("Sec-WebSocket-Version: 13\r\n"));
}

TEST(RewriteTest, AValueOfOursCannotEndItsLine) {
  const std::string value = bytes("a\r\nX-Evil: 1\0");
  const HeaderField added[] = {{"X-Sallyport-User", value}};
  const std::string out = upstream(request_with({}), added);
  EXPECT_THAT(out, HasSubstr("X-Sallyport-User: a  X-Evil: 1 \r\n"));
}

TEST(RewriteTest, ARequestWithoutHostIsForwardedWithAnEmptyOne) {
  const std::string out = upstream("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(out, HasSubstr("GET / HTTP/1.1\r\nHost: \r\n"));
  EXPECT_THAT(out, Not(HasSubstr("X-Forwarded-Host")));
}

TEST(RewriteTest, TheClientSeesTheResponseWithFramingAnew) {
  EXPECT_EQ(downstream("HTTP/1.0 404 Not Found\r\nServer: x\r\nKeep-Alive: 5\r\nX-Hop: 1\r\n"
                       "Connection: X-Hop\r\nUpgrade: h2c\r\ncontent-length:05\r\n\r\n",
                       Framing::kLength),
            "HTTP/1.1 404 Not Found\r\nServer: x\r\nContent-Length: 5\r\n\r\n");
}

TEST(RewriteTest, ABodyUntilCloseCanBecomeChunkedOrEndTheConnection) {
  const std::string head = response_with({"Server: x"}, "HTTP/1.0 200 OK");
  EXPECT_EQ(downstream(head, Framing::kChunked),
            "HTTP/1.1 200 OK\r\nServer: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(downstream(head, Framing::kUntilClose, false),
            "HTTP/1.1 200 OK\r\nServer: x\r\nConnection: close\r\n\r\n");
}

TEST(RewriteTest, AnswersWithoutBodyKeepTheLengthTheyDescribe) {
  const std::string sized = response_with({"Content-Length: 5"});
  EXPECT_THAT(downstream(sized, Framing::kNone, true, "HEAD"), HasSubstr("Content-Length: 5\r\n"));
  const std::string unchanged = response_with({"Content-Length: 5"}, "HTTP/1.1 304 a");
  EXPECT_THAT(downstream(unchanged, Framing::kNone), HasSubstr("Content-Length: 5\r\n"));
  const std::string empty = response_with({"Content-Length: 0"}, "HTTP/1.1 204 a");
  EXPECT_EQ(downstream(empty, Framing::kNone), "HTTP/1.1 204 a\r\n\r\n");
  EXPECT_EQ(downstream(response_with({}, "HTTP/1.1 200 "), Framing::kNone, true, "HEAD"),
            "HTTP/1.1 200 \r\n\r\n");
}

TEST(RewriteTest, HeadsAreAppended) {
  ResponseHead response;
  const std::string head = response_with({});
  ASSERT_EQ(parse_response_head(head, HeadLimits{}, "GET", response).result, ParseStatus::kDone);
  std::string out = "before";
  write_downstream_head(response, Framing::kNone, true, out);
  EXPECT_EQ(out, "beforeHTTP/1.1 200 OK\r\n\r\n");
}

}  // namespace
}  // namespace sallyport::test
