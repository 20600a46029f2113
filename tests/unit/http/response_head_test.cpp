// SPDX-License-Identifier: Apache-2.0
#include "agent/http/response_head.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/http/heads.hpp"

namespace sallyport::test {
namespace {

ResponseHead accepted(const std::string& head, std::string_view method = "GET") {
  ResponseHead out;
  const ParseResult result = parse_response_head(head, HeadLimits{}, method, out);
  EXPECT_EQ(result.result, ParseStatus::kDone) << result.why << "\n" << head;
  EXPECT_EQ(result.consumed, head.size());
  return out;
}

TEST(ResponseHeadTest, EveryProperPrefixOfAGoodHeadNeedsMore) {
  const std::vector<std::string> heads{
      response_with({"Content-Length: 5", "X: \xc3\xa4"}),
      response_with({}, "HTTP/1.1 200 "),
      response_with({}, "HTTP/1.1 200"),
      response_with({}, "HTTP/1.1 404 Not\tFound \xc3\xa4"),
      response_with({"Transfer-Encoding: chunked"}, "HTTP/1.1 500 a"),
      response_with({}, "HTTP/1.0 200 OK"),
      response_with({}, "HTTP/1.1 100 Continue"),
      response_with({"Content-Length: 0"}, "HTTP/1.1 204 No Content"),
  };
  for (const std::string& head : heads) {
    for (std::size_t size = 0; size < head.size(); ++size) {
      const ExactCopy prefix(std::string_view(head).substr(0, size));
      ResponseHead out;
      const ParseResult result = parse_response_head(prefix.view(), HeadLimits{}, "GET", out);
      ASSERT_EQ(result.result, ParseStatus::kNeedMore) << size << " of\n" << head << result.why;
    }
    EXPECT_EQ(accepted(head).fields.all().empty(), head.find(':') == std::string::npos);
  }
}

TEST(ResponseHeadTest, TheStatusLineIsTakenApart) {
  const std::string head = response_with({"A: b"}, "HTTP/1.0 404 Not  Found");
  const ResponseHead out = accepted(head);
  EXPECT_EQ(out.status, 404U);
  EXPECT_EQ(out.reason, "Not  Found");
  EXPECT_EQ(out.minor_version, 0);
  EXPECT_EQ(out.fields.find("a"), "b");
  EXPECT_TRUE(accepted(response_with({}, "HTTP/1.1 599 ")).reason.empty());
}

TEST(ResponseHeadTest, FramingFollowsSection63) {
  const auto framing = [](const std::string& head, std::string_view method = "GET") {
    return accepted(head, method).framing;
  };
  EXPECT_EQ(framing(response_with({"Content-Length: 5"})), Framing::kLength);
  EXPECT_EQ(framing(response_with({"Content-Length: 0"})), Framing::kLength);
  EXPECT_EQ(framing(response_with({"Transfer-Encoding: chunked"})), Framing::kChunked);
  EXPECT_EQ(framing(response_with({})), Framing::kUntilClose);
  EXPECT_EQ(framing(response_with({"Content-Length: 5"}), "HEAD"), Framing::kNone);
  EXPECT_EQ(framing(response_with({"Transfer-Encoding: chunked"}), "HEAD"), Framing::kNone);
  EXPECT_EQ(framing(response_with({}), "HEAD"), Framing::kNone);
  EXPECT_EQ(framing(response_with({"Content-Length: 5"}, "HTTP/1.1 304 a")), Framing::kNone);
  EXPECT_EQ(framing(response_with({}, "HTTP/1.1 204 a")), Framing::kNone);
  EXPECT_EQ(framing(response_with({}, "HTTP/1.1 103 a")), Framing::kNone);
  EXPECT_EQ(accepted(response_with({"Content-Length: 5"}), "HEAD").content_length, 5U);
}

TEST(ResponseHeadTest, ABodyUntilCloseEndsTheConnection) {
  EXPECT_FALSE(accepted(response_with({"Connection: keep-alive"})).keep_alive);
  EXPECT_TRUE(accepted(response_with({"Content-Length: 1"})).keep_alive);
  EXPECT_FALSE(accepted(response_with({"Content-Length: 1", "Connection: close"})).keep_alive);
  EXPECT_FALSE(accepted(response_with({"Content-Length: 1"}, "HTTP/1.0 200 a")).keep_alive);
  EXPECT_TRUE(
      accepted(response_with({"Content-Length: 1", "Connection: keep-alive"}, "HTTP/1.0 200 a"))
          .keep_alive);
}

TEST(ResponseHeadTest, AHeadForgetsTheOneReadIntoItBefore) {
  ResponseHead out;
  const std::string first = response_with({"Content-Length: 5", "Connection: close"});
  const std::string second = response_with({}, "HTTP/1.1 100 a");
  ASSERT_EQ(parse_response_head(first, HeadLimits{}, "GET", out).result, ParseStatus::kDone);
  ASSERT_EQ(parse_response_head(second, HeadLimits{}, "GET", out).result, ParseStatus::kDone);
  EXPECT_EQ(out.status, 100U);
  EXPECT_EQ(out.content_length, 0U);
  EXPECT_TRUE(out.keep_alive);
  EXPECT_TRUE(out.fields.all().empty());
}

TEST(ResponseHeadTest, WhatIsMalformedOrContradictoryIsABadGateway) {
  const std::vector<std::string> heads{
      response_with({}, " HTTP/1.1 200 OK"),
      "\r\n" + response_with({}),
      response_with({}, "HTTP/2.0 200 OK"),
      response_with({}, "HTTP/1.2 200 OK"),
      response_with({}, "http/1.1 200 OK"),
      response_with({}, "HTTP/1.1  200 OK"),
      response_with({}, "HTTP/1.1 20 OK"),
      response_with({}, "HTTP/1.1 2000 OK"),
      response_with({}, "HTTP/1.1 200OK"),
      response_with({}, "HTTP/1.1 200\tOK"),
      response_with({}, "HTTP/1.1 099 OK"),
      response_with({}, "HTTP/1.1 600 OK"),
      response_with({}, "HTTP/1.1 +20 OK"),
      response_with({}, "HTTP/1.1 200 a\x01"),
      response_with({}, "HTTP/1.1 200 a\rb"),
      response_with({}, bytes("HTTP/1.1 200 a\0b")),
      response_with({}, "SSH-2.0-OpenSSH_9.2"),
      "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
      response_with({"X : 1"}),
      response_with({"X: 1", " folded"}),
      response_with({"X: a\nb"}),
      response_with({"Content-Length: 5", "Content-Length: 5"}),
      response_with({"Content-Length: 5, 5"}),
      response_with({"Content-Length: -1"}),
      response_with({"Content-Length: 5", "Transfer-Encoding: chunked"}),
      response_with({"Transfer-Encoding: gzip, chunked"}),
      response_with({"Transfer-Encoding: identity"}),
      response_with({"Transfer-Encoding: chunked", "Transfer-Encoding: chunked"}),
      response_with({"Transfer-Encoding: chunked"}, "HTTP/1.0 200 OK"),
      response_with({"Content-Length: 5"}, "HTTP/1.1 204 a"),
      response_with({"Transfer-Encoding: chunked"}, "HTTP/1.1 204 a"),
      response_with({"Content-Length: 5"}, "HTTP/1.1 100 a"),
      response_with({"X: " + std::string(16384, 'a')}),
      response_with({}, "HTTP/1.1 200 " + std::string(16384, 'a')),
  };
  for (const std::string& head : heads) {
    ParseResult result;
    for (std::size_t size = 0; size <= head.size(); ++size) {
      const ExactCopy prefix(std::string_view(head).substr(0, size));
      ResponseHead out;
      result = parse_response_head(prefix.view(), HeadLimits{}, "GET", out);
      ASSERT_NE(result.result, ParseStatus::kDone) << head;
    }
    EXPECT_EQ(result.result, ParseStatus::kBad) << head;
    EXPECT_EQ(result.status, 502U) << head;
    EXPECT_STRNE(result.why, "");
  }
}

}  // namespace
}  // namespace sallyport::test
