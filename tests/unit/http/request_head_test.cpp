// SPDX-License-Identifier: Apache-2.0
#include "agent/http/request_head.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/http/heads.hpp"

namespace sallyport::test {
namespace {

RequestHead accepted(const std::string& head) {
  RequestHead out;
  const ParseResult result = parse_request_head(head, HeadLimits{}, out);
  EXPECT_EQ(result.result, ParseStatus::kDone) << result.why << "\n" << head;
  EXPECT_EQ(result.consumed, head.size());
  return out;
}

const std::vector<std::string>& good_heads() {
  static const std::vector<std::string> heads{
      request_with({}, "GET / HTTP/1.1"),
      request_with({}, "GET /a/b?c=d&e=%2F;x=%00 HTTP/1.1"),
      request_with({}, "GET //evil.example/a HTTP/1.1"),
      request_with({}, "GET /a:80@b!$'()*,~ HTTP/1.1"),
      request_with({}, "OPTIONS * HTTP/1.1"),
      request_with({}, "PATCH /a HTTP/1.1"),
      request_with({}, "M-SEARCH /a HTTP/1.1"),
      request_with({"Content-Length: 0"}),
      request_with({"Content-Length:5"}),
      request_with({"content-length: \t 005 \t"}),
      request_with({"Content-Length: 999999999999999999"}),
      request_with({"Transfer-Encoding: chunked"}),
      request_with({"TRANSFER-ENCODING: Chunked"}),
      request_with({"Expect: 100-Continue", "Content-Length: 1"}),
      request_with({"Connection: keep-alive, Upgrade", "Upgrade: websocket"}),
      request_with({"Connection: ,close ,, x-a", "X-A: 1"}),
      request_with({"X-Empty:", "X-Tab: a\tb", "X-Utf8: \xc3\xa4\xff", "X-Colon: a: b"}),
      request_with({"X_Under: 1", "!#$%&'*+-.^_`|~09azAZ: 1"}),
      "\r\n" + request_with({}, "GET / HTTP/1.1"),
      "GET / HTTP/1.0\r\n\r\n",
      "GET / HTTP/1.0\r\nHost:\r\n\r\n",
      "GET / HTTP/1.0\r\nContent-Length: 3\r\nConnection: Keep-Alive\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: [::ffff:192.0.2.1]\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: 192.0.2.1:65535\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a-b_c.example.:0\r\n\r\n",
  };
  return heads;
}

TEST(RequestHeadTest, GoodHeadsAreReadToTheirLastByteAndNoFurther) {
  for (const std::string& head : good_heads()) {
    RequestHead out;
    const ExactCopy copy(head + "GET /next");
    const ParseResult result = parse_request_head(copy.view(), HeadLimits{}, out);
    EXPECT_EQ(result.result, ParseStatus::kDone) << result.why << "\n" << head;
    EXPECT_EQ(result.consumed, head.size()) << head;
  }
}

TEST(RequestHeadTest, EveryProperPrefixOfAGoodHeadNeedsMore) {
  for (const std::string& head : good_heads()) {
    for (std::size_t size = 0; size < head.size(); ++size) {
      const ExactCopy prefix(std::string_view(head).substr(0, size));
      RequestHead out;
      const ParseResult result = parse_request_head(prefix.view(), HeadLimits{}, out);
      ASSERT_EQ(result.result, ParseStatus::kNeedMore) << size << " of\n" << head << result.why;
      ASSERT_EQ(result.consumed, 0U);
    }
  }
}

TEST(RequestHeadTest, PartsAreViewsOfTheBuffer) {
  const std::string head =
      "PUT /a?b HTTP/1.1\r\nHost: api.example:8443\r\nX-One:  1 \t\r\nx-two:2\r\n\r\n";
  const RequestHead out = accepted(head);
  EXPECT_EQ(out.method, "PUT");
  EXPECT_EQ(out.target, "/a?b");
  EXPECT_EQ(out.host, "api.example:8443");
  EXPECT_EQ(out.minor_version, 1);
  ASSERT_EQ(out.fields.all().size(), 3U);
  EXPECT_EQ(out.fields.all()[1].name, "X-One");
  EXPECT_EQ(out.fields.find("x-one"), "1");
  EXPECT_EQ(out.fields.find("X-TWO"), "2");
  EXPECT_EQ(out.fields.find("x-tw"), "");
  EXPECT_GE(out.target.data(), head.data());
  EXPECT_LT(out.target.data(), head.data() + head.size());
}

TEST(RequestHeadTest, AHeadForgetsTheOneReadIntoItBefore) {
  RequestHead out;
  const std::string first = request_with(
      {"Content-Length: 7", "Expect: 100-continue", "Connection: close, upgrade", "Upgrade: x"});
  const std::string second = request_with({}, "GET / HTTP/1.1");
  ASSERT_EQ(parse_request_head(first, HeadLimits{}, out).result, ParseStatus::kDone);
  EXPECT_TRUE(out.upgrade);
  ASSERT_EQ(parse_request_head(second, HeadLimits{}, out).result, ParseStatus::kDone);
  EXPECT_EQ(out.fields.all().size(), 1U);
  EXPECT_EQ(out.framing, Framing::kNone);
  EXPECT_EQ(out.content_length, 0U);
  EXPECT_TRUE(out.keep_alive);
  EXPECT_FALSE(out.expect_continue);
  EXPECT_FALSE(out.upgrade);
}

TEST(RequestHeadTest, FramingIsWhatTheFieldsSay) {
  EXPECT_EQ(accepted(request_with({})).framing, Framing::kNone);
  const RequestHead sized = accepted(request_with({"Content-Length: 0042"}));
  EXPECT_EQ(sized.framing, Framing::kLength);
  EXPECT_EQ(sized.content_length, 42U);
  EXPECT_EQ(accepted(request_with({"Content-Length: 0"})).framing, Framing::kLength);
  EXPECT_EQ(accepted(request_with({"Transfer-Encoding: chunked"})).framing, Framing::kChunked);
}

TEST(RequestHeadTest, KeepAliveFollowsVersionAndConnection) {
  EXPECT_TRUE(accepted(request_with({})).keep_alive);
  EXPECT_FALSE(accepted(request_with({"Connection: keep-alive, CLOSE"})).keep_alive);
  EXPECT_FALSE(accepted(request_with({"Connection: x", "Connection: close"})).keep_alive);
  EXPECT_TRUE(accepted(request_with({"Connection: closed"})).keep_alive);
  EXPECT_FALSE(accepted(request_with({}, "GET / HTTP/1.0")).keep_alive);
  EXPECT_TRUE(accepted(request_with({"Connection: Keep-Alive"}, "GET / HTTP/1.0")).keep_alive);
}

TEST(RequestHeadTest, ContinueIsExpectedOnlyForABodyInHttp11) {
  const auto expects = [](const std::string& head) { return accepted(head).expect_continue; };
  EXPECT_TRUE(expects(request_with({"Expect: 100-continue", "Content-Length: 1"})));
  EXPECT_TRUE(expects(request_with({"Expect: 100-continue", "Transfer-Encoding: chunked"})));
  EXPECT_FALSE(expects(request_with({"Expect: 100-continue", "Content-Length: 0"})));
  EXPECT_FALSE(expects(request_with({"Expect: 100-continue"})));
  EXPECT_FALSE(
      expects(request_with({"Expect: 100-continue", "Content-Length: 1"}, "PUT /a HTTP/1.0")));
}

TEST(RequestHeadTest, AnUpgradeNeedsBothTheFieldAndTheConnectionOption) {
  EXPECT_TRUE(accepted(request_with({"Connection: upgrade", "Upgrade: websocket"})).upgrade);
  EXPECT_FALSE(accepted(request_with({"Upgrade: websocket"})).upgrade);
  EXPECT_FALSE(accepted(request_with({"Connection: upgrade"})).upgrade);
}

TEST(RequestHeadTest, LimitsHoldToTheByteAndToTheField) {
  const std::string head = request_with({"X-A: 1", "X-B: 2"});
  RequestHead out;
  EXPECT_EQ(parse_request_head(head, {head.size(), 3}, out).result, ParseStatus::kDone);
  const ParseResult long_head = parse_request_head(head, {head.size() - 1, 3}, out);
  EXPECT_EQ(long_head.result, ParseStatus::kBad);
  EXPECT_EQ(long_head.status, 431U);
  EXPECT_EQ(parse_request_head(head, {head.size(), 2}, out).status, 431U);
  const std::string prefix = head.substr(0, 30);
  EXPECT_EQ(parse_request_head(prefix, {31, 3}, out).result, ParseStatus::kNeedMore);
  EXPECT_EQ(parse_request_head(prefix, {30, 3}, out).status, 431U);
  EXPECT_EQ(parse_request_head("", {0, 3}, out).status, 414U);
}

TEST(RequestHeadTest, ALimitAboveTheRoomForFieldsIsNoOverrun) {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (std::size_t i = 1; i < kMaxHeaderFields; ++i) head += "X: 1\r\n";
  RequestHead out;
  EXPECT_EQ(parse_request_head(head + "\r\n", {16384, 1000}, out).result, ParseStatus::kDone);
  const ParseResult full = parse_request_head(head + "X: 1\r\n\r\n", {16384, 1000}, out);
  EXPECT_EQ(full.status, 431U);
}

TEST(RequestHeadTest, ThePathOfATargetEndsAtTheQuery) {
  EXPECT_EQ(path_of("/a/b?c=/d?e"), "/a/b");
  EXPECT_EQ(path_of("/a"), "/a");
  EXPECT_EQ(path_of("/?"), "/");
  EXPECT_EQ(path_of("*"), "*");
}

PresentedKey presented(const std::string& head, RequestHead& out) {
  constexpr std::string_view kNames[] = {"x-api-key", "authorization"};
  EXPECT_EQ(parse_request_head(head, HeadLimits{}, out).result, ParseStatus::kDone);
  return presented_key(out.fields, kNames);
}

std::string key_of(std::initializer_list<std::string_view> lines) {
  const std::string head = request_with(lines);
  RequestHead out;
  const PresentedKey key = presented(head, out);
  EXPECT_FALSE(key.is_ambiguous);
  return std::string(key.value);
}

bool is_ambiguous(std::initializer_list<std::string_view> lines) {
  const std::string head = request_with(lines);
  RequestHead out;
  return presented(head, out).is_ambiguous;
}

TEST(RequestHeadTest, TheKeyIsTheFirstOfTheNamesThatIsThere) {
  EXPECT_EQ(key_of({}), "");
  EXPECT_EQ(key_of({"Authorization: Bearer b", "X-API-Key: a"}), "a");
  EXPECT_EQ(key_of({"authorization: bEaReR   b"}), "b");
  EXPECT_EQ(key_of({"X-Api-Key:", "Authorization: Bearer b"}), "b");
  EXPECT_EQ(key_of({"X-Api-Keys: a", "X_Api_Key: a"}), "");
}

TEST(RequestHeadTest, TwoDifferentKeysUnderOneNameAreAmbiguous) {
  EXPECT_TRUE(is_ambiguous({"X-Api-Key: a", "x-api-key: b"}));
  EXPECT_TRUE(is_ambiguous({"X-Api-Key: a", "X-Api-Key: a", "X-Api-Key: b"}));
  EXPECT_TRUE(is_ambiguous({"Authorization: Bearer a", "Authorization: Bearer b"}));
  EXPECT_EQ(key_of({"X-Api-Key: a", "X-Api-Key: a", "X-Api-Key:"}), "a");
  EXPECT_EQ(key_of({"Authorization: Basic c", "Authorization: Bearer b"}), "b");
  EXPECT_EQ(key_of({"X-Api-Key: a", "Authorization: Bearer b", "Authorization: Bearer c"}), "a");
}

TEST(RequestHeadTest, OnlyTheBearerSchemeCarriesAKey) {
  EXPECT_EQ(key_of({"Authorization: Basic b"}), "");
  EXPECT_EQ(key_of({"Authorization: Bearer"}), "");
  EXPECT_EQ(key_of({"Authorization: Bearerb"}), "");
  EXPECT_EQ(key_of({"Authorization: b"}), "");
}

TEST(RequestHeadTest, NamesCompareWithoutCaseInAsciiOnly) {
  EXPECT_TRUE(iequals("Content-LENGTH", "content-length"));
  EXPECT_TRUE(iequals("", ""));
  EXPECT_FALSE(iequals("a", "ab"));
  EXPECT_FALSE(iequals("[", "{"));
  EXPECT_FALSE(iequals("@", "`"));
  EXPECT_FALSE(iequals("\xc4", "\xe4"));
}

}  // namespace
}  // namespace sallyport::test
