// SPDX-License-Identifier: Apache-2.0
#include "agent/http/http2_head.hpp"

#include <gtest/gtest.h>

#include <array>
#include <utility>
#include <vector>

#include "agent/http/rewrite.hpp"

namespace sallyport {
namespace {

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

class Http2Head : public ::testing::Test {
 protected:
  ParseResult read(const Fields& fields, bool has_body = false) {
    reader_.begin(room_, limits_, head_);
    for (const auto& [name, value] : fields) reader_.add(name, value);
    return reader_.conclude(has_body);
  }
  static Fields with(const Fields& more) {
    Fields all{{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/x?y"}};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  HeadLimits limits_{.bytes = 1000, .fields = 10};
  std::array<char, 1000> room_{};
  RequestHead head_;
  Http2HeadReader reader_;
};

TEST_F(Http2Head, ReadsARequestAsHttp1HasIt) {
  const ParseResult result = read(with({{"accept", " text/plain "}, {"x", ""}}));
  ASSERT_EQ(result.result, ParseStatus::kDone) << result.why;
  EXPECT_EQ(head_.method, "GET");
  EXPECT_EQ(head_.target, "/x?y");
  EXPECT_EQ(head_.host, "a");
  EXPECT_EQ(head_.framing, Framing::kNone);
  ASSERT_EQ(head_.fields.all().size(), 2u);
  EXPECT_EQ(head_.fields.find("accept"), "text/plain");
  EXPECT_GT(result.consumed, 0u);
}

TEST_F(Http2Head, TakesTheFramingFromLengthAndEnd) {
  EXPECT_EQ(read(with({{"content-length", "7"}}), true).result, ParseStatus::kDone);
  EXPECT_EQ(head_.framing, Framing::kLength);
  EXPECT_EQ(head_.content_length, 7u);
  EXPECT_EQ(read(with({}), true).result, ParseStatus::kDone);
  EXPECT_EQ(head_.framing, Framing::kChunked);
  EXPECT_EQ(read(with({{"content-length", "0"}})).result, ParseStatus::kDone);
  EXPECT_EQ(read(with({{"content-length", "7"}})).status, 400u);
}

TEST_F(Http2Head, MakesOneCookieOfItsCrumbs) {
  ASSERT_EQ(read(with({{"cookie", "a=1"}, {"x", "y"}, {"cookie", "b=2"}, {"cookie", "c"}})).result,
            ParseStatus::kDone);
  ASSERT_EQ(head_.fields.all().size(), 2u);
  EXPECT_EQ(head_.fields.find("cookie"), "a=1; b=2; c");
}

TEST_F(Http2Head, TakesHostForWantOfAnAuthority) {
  const Fields fields{{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {"host", "b"}};
  ASSERT_EQ(read(fields).result, ParseStatus::kDone);
  EXPECT_EQ(head_.host, "b");
  EXPECT_EQ(read(with({{"host", "A"}})).result, ParseStatus::kDone);
  EXPECT_EQ(read(with({{"host", "b"}})).status, 400u);
}

TEST_F(Http2Head, RefusesWhatIsTooLargeOrTooMany) {
  EXPECT_EQ(read(with({{"x", std::string_view(room_.data(), 990)}})).status, 431u);
  EXPECT_EQ(read(with(Fields(11, {"x", "y"}))).status, 431u);
  EXPECT_EQ(read(with(Fields(10, {"x", "y"}))).result, ParseStatus::kDone);
  limits_.bytes = 100'000;  // more than there is room
  EXPECT_EQ(read(with({{"x", std::string(996, 'y')}})).status, 431u);
}

TEST_F(Http2Head, RefusesASecondReadingOfEachRequest) {
  const Fields wrong[] = {
      {{":method", "GET /"}, {":authority", "a"}, {":path", "/"}},
      {{":method", ""}, {":authority", "a"}, {":path", "/"}},
      {{":method", "GET"}, {":authority", "a"}, {":path", "/ HTTP/1.1"}},
      {{":method", "GET"}, {":authority", "a"}, {":path", ""}},
      {{":method", "GET"}, {":authority", "a"}, {":path", "http://b/"}},
      {{":method", "GET"}, {":authority", "a\r\nx: y"}, {":path", "/"}},
      {{":method", "GET"}, {":authority", ""}, {":path", "/"}},
      with({{"connection", "close"}}),
      with({{"transfer-encoding", "chunked"}}),
      with({{"upgrade", "h2c"}}),
      with({{"content-length", "1"}, {"content-length", "1"}}),
      with({{"x", "a\r\ny: z"}}),
      with({{"x:y", "a"}}),
      with({{"", "a"}}),
  };
  for (const Fields& fields : wrong) {
    EXPECT_EQ(read(fields, true).status, 400u) << fields.back().first << fields.back().second;
  }
  EXPECT_EQ(read({{":method", "CONNECT"}, {":authority", "a"}, {":path", "/"}}).status, 501u);
  EXPECT_EQ(read(with({{":protocol", "websocket"}})).status, 501u);
}

TEST_F(Http2Head, IsReadByAnHttp1ServerAsItWasMeant) {
  ASSERT_EQ(read(with({{"accept", "*/*"}, {"cookie", "a"}, {"cookie", "b"}}), true).result,
            ParseStatus::kDone);
  std::string text;
  write_upstream_head(head_, {.removed = {}, .added = {}, .peer_address = "192.0.2.1"}, text);
  RequestHead again;
  ASSERT_EQ(parse_request_head(text, {}, again).result, ParseStatus::kDone) << text;
  EXPECT_EQ(again.target, head_.target);
  EXPECT_EQ(again.host, head_.host);
  EXPECT_EQ(again.framing, Framing::kChunked);
  EXPECT_EQ(again.fields.find("cookie"), "a; b");
}

}  // namespace
}  // namespace sallyport
