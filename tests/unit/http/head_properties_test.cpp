// SPDX-License-Identifier: Apache-2.0
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "agent/http/chunked.hpp"
#include "agent/http/octets.hpp"
#include "agent/http/rewrite.hpp"
#include "tests/unit/http/heads.hpp"

namespace sallyport::test {
namespace {

constexpr std::string_view kRemoved[] = {"x-api-key", "authorization"};
constexpr HeaderField kAdded[] = {{"X-Sallyport-User", "alice"}};

// Pieces that matter to a parser; random joins of them reach states that random octets don't.
const std::vector<std::string>& pieces() {
  static const std::vector<std::string> list{"GET ",
                                             "POST ",
                                             "OPTIONS ",
                                             "/",
                                             "*",
                                             "/a?b=c",
                                             " HTTP/1.1",
                                             " HTTP/1.0",
                                             "\r\n",
                                             "\r\n\r\n",
                                             "\r",
                                             "\n",
                                             " ",
                                             "\t",
                                             ":",
                                             ",",
                                             "Host: a.example\r\n",
                                             "Host",
                                             "Content-Length: 5\r\n",
                                             "Content-Length",
                                             "Transfer-Encoding: chunked\r\n",
                                             "Transfer-Encoding",
                                             "chunked",
                                             "5",
                                             "Connection: close\r\n",
                                             "Connection: x-a, upgrade\r\n",
                                             "Upgrade: h2c\r\n",
                                             "X-A: b\r\n",
                                             "X_Sallyport_User: eve\r\n",
                                             "Expect: 100-continue\r\n",
                                             "X-Api-Key: k\r\n",
                                             bytes("\0"),
                                             "\x7f",
                                             "\xff",
                                             "HTTP/1.1 200 OK\r\n",
                                             "HTTP/1.1 204\r\n",
                                             "0\r\n\r\n",
                                             "5\r\nhello\r\n"};
  return list;
}

std::string mutated(std::string text, std::mt19937& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (std::size_t edits = below(4); edits > 0; --edits) {
    const std::size_t at = below(text.size() + 1);
    switch (below(4)) {
      case 0:
        text.insert(at, pieces()[below(pieces().size())]);
        break;
      case 1:
        text.erase(at, below(6));
        break;
      case 2:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        break;
      default:
        text.insert(at, text.substr(below(text.size() + 1), below(40)));
        break;
    }
  }
  return text;
}

std::string random_request(std::mt19937& random) {
  static const std::vector<std::string> seeds{
      request_with({}, "GET /a?b=c HTTP/1.1"),
      request_with({"Content-Length: 42", "Accept: */*", "X-Api-Key: k", "Connection: x-a, close",
                    "X-A: b"}),
      request_with({"Transfer-Encoding: chunked", "Expect: 100-continue", "Trailer: x"}),
      request_with({"Connection: keep-alive, Upgrade", "Upgrade: websocket"}, "GET / HTTP/1.0")};
  return mutated(seeds[random() % seeds.size()], random);
}

void expect_same_meaning(const RequestHead& one, const RequestHead& two) {
  EXPECT_EQ(one.method, two.method);
  EXPECT_EQ(one.target, two.target);
  EXPECT_EQ(one.host, two.host);
  EXPECT_EQ(one.framing, two.framing);
  EXPECT_EQ(one.content_length, two.content_length);
  EXPECT_TRUE(two.keep_alive);
  EXPECT_FALSE(two.upgrade);
  EXPECT_EQ(two.fields.find("x-sallyport-user"), "alice");
  EXPECT_EQ(two.fields.find("x-api-key"), "");
  std::size_t users = 0;
  for (const HeaderField& field : two.fields.all()) {
    std::string folded(field.name);
    for (char& c : folded) c = c == '_' ? '-' : lower_octet(c);
    users += folded == "x-sallyport-user" ? 1 : 0;
    EXPECT_NE(folded, "connection");
  }
  EXPECT_EQ(users, 1U);
}

TEST(HeadPropertiesTest, WhatIsAcceptedAndRewrittenMeansTheSameToTheNextParser) {
  std::mt19937 random(7001);  // NOLINT: the same run each time
  int accepted = 0;
  for (int i = 0; i < 60000; ++i) {
    const std::string head = random_request(random);
    RequestHead one;
    const ParseResult result = parse_request_head(head, HeadLimits{}, one);
    if (result.result != ParseStatus::kDone || one.host.empty()) continue;
    ++accepted;
    std::string out;
    write_upstream_head(one, {kRemoved, kAdded, "192.0.2.7", Sender::kClient}, out);
    RequestHead two;
    const ParseResult again = parse_request_head(out, HeadLimits{}, two);
    ASSERT_EQ(again.result, ParseStatus::kDone) << again.why << "\n" << head << "\n" << out;
    ASSERT_EQ(again.consumed, out.size());
    expect_same_meaning(one, two);
    if (HasFailure()) FAIL() << head << "\n" << out;
  }
  EXPECT_GT(accepted, 15000);
}

TEST(HeadPropertiesTest, AVerdictNeverChangesWithMoreBytes) {
  std::mt19937 random(7002);  // NOLINT
  for (int i = 0; i < 3000; ++i) {
    const std::string head = random_request(random);
    ParseResult before;
    for (std::size_t size = 0; size <= head.size(); ++size) {
      RequestHead out;
      const ExactCopy prefix(std::string_view(head).substr(0, size));
      const ParseResult now = parse_request_head(prefix.view(), HeadLimits{}, out);
      if (before.result != ParseStatus::kNeedMore) {
        ASSERT_EQ(now.result, before.result) << size << " of\n" << head;
        ASSERT_EQ(now.consumed, before.consumed);
      }
      before = now;
    }
  }
}

TEST(HeadPropertiesTest, AResponseRewrittenFramesTheSameBody) {
  std::mt19937 random(7003);  // NOLINT
  const std::vector<std::string> seeds{response_with({"Content-Length: 5", "Connection: x-a"}),
                                       response_with({"Transfer-Encoding: chunked"}),
                                       response_with({"X-A: b"}, "HTTP/1.0 204 No Content")};
  int accepted = 0;
  for (int i = 0; i < 40000; ++i) {
    const std::string head = mutated(seeds[random() % seeds.size()], random);
    const std::string_view method = i % 2 == 0 ? "GET" : "HEAD";
    ResponseHead one;
    if (parse_response_head(head, HeadLimits{}, method, one).result != ParseStatus::kDone) continue;
    ++accepted;
    std::string out;
    write_downstream_head(one, one.framing, one.keep_alive, out);
    ResponseHead two;
    const ParseResult again = parse_response_head(out, HeadLimits{}, method, two);
    ASSERT_EQ(again.result, ParseStatus::kDone) << again.why << "\n" << head << "\n" << out;
    ASSERT_EQ(again.consumed, out.size());
    ASSERT_EQ(one.framing, two.framing) << head;
    ASSERT_EQ(one.keep_alive, two.keep_alive) << head;
    if (one.framing == Framing::kLength) {
      ASSERT_EQ(one.content_length, two.content_length);
    }
  }
  EXPECT_GT(accepted, 5000);
}

TEST(HeadPropertiesTest, AChunkedBodyIsTheSameInAnySplit) {
  std::mt19937 random(7004);  // NOLINT
  const std::string seed = "5;a=b\r\nhello\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\nGET /next";
  for (int i = 0; i < 40000; ++i) {
    const std::string body = mutated(seed, random);
    ChunkedWalker whole;
    const auto expected = whole.feed(body);
    ChunkedWalker parts;
    ChunkedWalker::Step step;
    std::size_t consumed = 0;
    while (consumed < body.size() && step.result == ParseStatus::kNeedMore) {
      const ExactCopy part(std::string_view(body).substr(consumed, 1 + random() % 7));
      step = parts.feed(part.view());
      consumed += step.consumed;
    }
    ASSERT_EQ(step.result, expected.result) << body;
    ASSERT_EQ(consumed, expected.consumed) << body;
    ASSERT_EQ(parts.payload_bytes(), whole.payload_bytes());
  }
}

TEST(HeadPropertiesTest, ControlsAreFoundWhereverTheyStand) {
  for (std::size_t size = 0; size < 40; ++size) {
    for (int octet = 0; octet < 256; ++octet) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string text(size, '\t');
        for (std::size_t i = 0; i < size; i += 3) text[i] = '\x80';
        text[at] = static_cast<char>(octet);
        const ExactCopy copy(text);
        const char* const start = copy.view().data();
        const char* const found = find_control(start, start + size);
        const bool control = (octet < 0x20 && octet != '\t') || octet == 0x7f;
        ASSERT_EQ(found - start, static_cast<std::ptrdiff_t>(control ? at : size)) << octet;
      }
    }
  }
}

}  // namespace
}  // namespace sallyport::test
