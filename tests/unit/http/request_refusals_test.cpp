// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include <gtest/gtest.h>

#include "agent/http/request_head.hpp"
#include "tests/unit/http/heads.hpp"

namespace sallyport::test {
namespace {

struct BadHead {
  std::string head;
  unsigned status = 400;
};

/// Refused whole; and on the way there no prefix is ever taken for a head, and once a prefix is
/// refused every longer one is.
void expect_refused(const std::vector<BadHead>& heads) {
  for (const BadHead& bad : heads) {
    RequestHead out;
    bool refused = false;
    for (std::size_t size = 0; size <= bad.head.size(); ++size) {
      const ExactCopy prefix(std::string_view(bad.head).substr(0, size));
      const ParseResult result = parse_request_head(prefix.view(), HeadLimits{}, out);
      ASSERT_NE(result.result, ParseStatus::kDone) << bad.head;
      ASSERT_TRUE(!refused || result.result == ParseStatus::kBad) << size << " of\n" << bad.head;
      refused = result.result == ParseStatus::kBad;
      if (refused) {
        ASSERT_EQ(result.status, bad.status) << result.why << "\n" << bad.head;
        ASSERT_STRNE(result.why, "");
      }
    }
    EXPECT_TRUE(refused) << bad.head;
  }
}

TEST(RequestRefusalsTest, RequestLines) {
  expect_refused({
      {request_with({}, " GET / HTTP/1.1")},
      {request_with({}, "\tGET / HTTP/1.1")},
      {"\r\n" + request_with({}, "\r\nGET / HTTP/1.1")},
      {"\n" + request_with({}, "GET / HTTP/1.1")},
      {"\r" + request_with({}, "GET / HTTP/1.1")},
      {request_with({}, "GET  / HTTP/1.1")},
      {request_with({}, "GET\t/ HTTP/1.1")},
      {request_with({}, "GET / HTTP/1.1 ")},
      {request_with({}, "GET /  HTTP/1.1")},
      {request_with({}, "GET /a b HTTP/1.1")},
      {request_with({}, "GET / HTTP/1.1\r")},
      {request_with({}, "GET /")},
      {request_with({}, "GET HTTP/1.1")},
      {request_with({}, "GET  HTTP/1.1")},
      {request_with({}, "G(T / HTTP/1.1")},
      {request_with({}, "G\x80T / HTTP/1.1")},
      {request_with({}, "GET / http/1.1")},
      {request_with({}, "GET / HTTP/1.x")},
      {request_with({}, "GET / HTTP/1,1")},
      {request_with({}, "GET / HTTP/1.10")},
      {request_with({}, "GET / HTTPS/1.1")},
      {request_with({}, "GET / ICY/1.1")},
      {"GET / HTTP/1.1\nHost: a\n\n"},
      {"GET / HTTP/1.1\rHost: a\r\r"},
      {bytes("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n")},
      {bytes("G\0T / HTTP/1.1\r\nHost: a\r\n\r\n")},
      {"\x16\x03\x01\x02\x01\x01 a TLS record"},
  });
}

TEST(RequestRefusalsTest, Targets) {
  expect_refused({
      {request_with({}, "GET http://api.example/ HTTP/1.1")},
      {request_with({}, "GET https://other.example@api.example/ HTTP/1.1")},
      {request_with({}, "GET api.example/a HTTP/1.1")},
      {request_with({}, "GET api.example:443 HTTP/1.1")},
      {request_with({}, "GET ?a HTTP/1.1")},
      {request_with({}, "GET * HTTP/1.1")},
      {request_with({}, "OPTIONS ** HTTP/1.1")},
      {request_with({}, "OPTIONS *? HTTP/1.1")},
      {request_with({}, "GET /a#b HTTP/1.1")},
      {request_with({}, "GET /a\\..\\b HTTP/1.1")},
      {request_with({}, "GET \\a HTTP/1.1")},
      {request_with({}, "GET /\xc3\xa4 HTTP/1.1")},
      {request_with({}, "GET /a\tb HTTP/1.1")},
      {request_with({}, "GET /a\x7f HTTP/1.1")},
      {request_with({}, "GET /a\x0b HTTP/1.1")},
      {request_with({}, "CONNECT api.example:443 HTTP/1.1"), 501},
      {request_with({}, "CONNECT / HTTP/1.1"), 501},
  });
}

TEST(RequestRefusalsTest, VersionsAndSizes) {
  expect_refused({
      {request_with({}, "GET / HTTP/2.0"), 505},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {request_with({}, "GET / HTTP/1.2"), 505},
      {request_with({}, "GET / HTTP/0.9"), 505},
      {request_with({}, std::string(33, 'A') + " / HTTP/1.1"), 501},
      {request_with({}, "GET /" + std::string(16384, 'a') + " HTTP/1.1"), 414},
      {request_with({"X: " + std::string(16384, 'a')}), 431},
      {request_with({std::string(16384, 'a')}), 431},
  });
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 100; ++i) many += "X: 1\r\n";
  expect_refused({{many + "\r\n", 431}});
}

TEST(RequestRefusalsTest, LinesOfFields) {
  expect_refused({
      {request_with({"X : 1"})},
      {request_with({"X\t: 1"})},
      {request_with({" X: 1"})},
      {request_with({"X: 1", " folded"})},
      {request_with({"X: 1", "\tfolded"})},
      {request_with({": 1"})},
      {request_with({"X"})},
      {request_with({"X 1"})},
      {request_with({"X(: 1"})},
      {request_with({"X\xe4: 1"})},
      {request_with({"X\x7f: 1"})},
      {request_with({"\"X\": 1"})},
      {request_with({"X: a\x01"})},
      {request_with({"X: a\x7f"})},
      {request_with({"X: 12345678\x0b"})},
      {request_with({"X: a\rY: b"})},
      {request_with({"X: a\nY: b"})},
      {request_with({"X: a\n"})},
      {request_with({"X: a\r"})},
      {request_with({"\r"})},
      {request_with({"\rX: a"})},
      {request_with({bytes("X: a\0b")})},
      {request_with({bytes("X\0: a")})},
      {"GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
      {"GET / HTTP/1.1\r\nHost: a\r\n\n"},
      {"GET / HTTP/1.1\r\nHost: a\n\r\n"},
      {"GET / HTTP/1.1\r\n\r\nHost: a\r\n\r\n"},
  });
}

TEST(RequestRefusalsTest, Hosts) {
  std::vector<BadHead> heads{
      {"GET / HTTP/1.1\r\n\r\n"},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
      {"GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n"},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost:\r\n\r\n"},
      {"GET / HTTP/1.0\r\nHost:\r\nHost: a\r\n\r\n"},
      {"GET / HTTP/1.0\r\nHost: a/b\r\n\r\n"},
  };
  for (const char* host : {"",        " ",        "a b",         "a,b",
                           "a/b",     "user@a",   "a@b:80",      "a#",
                           "a?b",     "a\\b",     "a%00",        "a:",
                           "a:80a",   "a:-1",     "a:65536",     "a:99999999999999999999",
                           "a:80:80", ":80",      "::1",         "[::1",
                           "[::1]a",  "[::1]:",   "[]",          "[:]",
                           "[v1.x]",  "[v1.a:b]", "[192.0.2.1]", "[::1%25eth0]",
                           "::1]",    "http://a", "\xc3\xa4",    "a\tb",
                           "<a>",     "a'b"}) {
    heads.push_back({std::string("GET / HTTP/1.1\r\nHost: ") + host + "\r\n\r\n"});
  }
  expect_refused(heads);
}

TEST(RequestRefusalsTest, ContentLengths) {
  std::vector<BadHead> heads{
      {request_with({"Content-Length: 5", "Content-Length: 5"})},
      {request_with({"Content-Length: 5", "Content-Length: 6"})},
      {request_with({"Content-Length: 0", "content-length: 0"})},
  };
  for (const char* value : {"",
                            "+1",
                            "-1",
                            "-0",
                            "0x",
                            "0x1",
                            "1e3",
                            "1.0",
                            "1 2",
                            "5, 5",
                            "5,6",
                            "5;a",
                            "a",
                            "1a",
                            "\"5\"",
                            "1_000",
                            "1000000000000000000",
                            "18446744073709551616",
                            "18446744073709551621",
                            "99999999999999999999999999999",
                            "\x35\x80",
                            "\xef\xbc\x95",
                            "5\t5"}) {
    heads.push_back({request_with({std::string("Content-Length: ") + value})});
  }
  expect_refused(heads);
}

TEST(RequestRefusalsTest, TransferCodings) {
  std::vector<BadHead> heads{
      {request_with({"Transfer-Encoding: chunked", "Transfer-Encoding: chunked"})},
      {request_with({"Transfer-Encoding: chunked"}, "POST /a HTTP/1.0")},
      {request_with({"Transfer-Encoding : chunked"})},
      {request_with({" Transfer-Encoding: chunked"})},
      {request_with({"X: a", " Transfer-Encoding: chunked"})},
      {request_with({"Transfer-Encoding:\x0b"
                     "chunked"})},
      {request_with({"Transfer-Encoding: chunked\x0c"})},
      {request_with({bytes("Transfer-Encoding: chunked\0")})},
      {request_with({"Transfer-Encoding:", " chunked"}), 501},
      {request_with({"X: a\nTransfer-Encoding: chunked"})},
      {request_with({"X: a\rTransfer-Encoding: chunked"})},
      {request_with({"Transfer-Encoding: chunked", "Transfer-Encoding: identity"})},
      {request_with({"Transfer-Encoding: identity", "Transfer-Encoding: chunked"}), 501},
  };
  for (const char* value :
       {"", "identity", "gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "chunked,",
        ",chunked", "chunked, identity", "chunked;q=1", "\"chunked\"", "'chunked'", "xchunked",
        "chunkedx", "chunk", "cow", "x chunked", "chunked x",
        "\xff"
        "chunked"}) {
    heads.push_back({request_with({std::string("Transfer-Encoding: ") + value}), 501});
  }
  expect_refused(heads);
}

TEST(RequestRefusalsTest, BothFramingsAtOnce) {
  expect_refused({
      {request_with({"Content-Length: 5", "Transfer-Encoding: chunked"})},
      {request_with({"Transfer-Encoding: chunked", "Content-Length: 5"})},
      {request_with({"Transfer-Encoding: chunked", "Content-Length: 0"})},
      {request_with({"Content-Length: 5", "Transfer-Encoding: identity"}), 501},
      {request_with({"Content-Length: 5", "Transfer-Encoding: chunked"}, "POST /a HTTP/1.0")},
  });
}

TEST(RequestRefusalsTest, ExpectAndConnection) {
  std::string options = "Connection: a";
  for (int i = 0; i < 16; ++i) options += ",a";
  expect_refused({
      {request_with({"Expect: 200-ok"}), 417},
      {request_with({"Expect:"}), 417},
      {request_with({"Expect: 100-continue, a"}), 417},
      {request_with({"Expect: 100-continue", "Expect: a"}), 417},
      {request_with({"Connection: close;a"})},
      {request_with({"Connection: a b"})},
      {request_with({"Connection: \"close\""})},
      {request_with({options})},
      {request_with({"Connection: a,a,a,a,a,a,a,a", "Connection: a,a,a,a,a,a,a,a,a"})},
  });
}

}  // namespace
}  // namespace sallyport::test
