// SPDX-License-Identifier: Apache-2.0
#include "agent/http/chunked.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/http/heads.hpp"

namespace sallyport::test {
namespace {

using Trailers = ChunkedWalker::Trailers;

ChunkedWalker::Step feed_singly(ChunkedWalker& walker, std::string_view bytes) {
  std::size_t consumed = 0;
  for (const char& octet : bytes) {
    const ChunkedWalker::Step step = walker.feed({&octet, 1});
    consumed += step.consumed;
    if (step.result != ParseStatus::kNeedMore) return {step.result, consumed};
  }
  return {ParseStatus::kNeedMore, consumed};
}

struct GoodBody {
  std::string body;
  std::uint64_t payload;
};

const std::vector<GoodBody>& good_bodies() {
  static const std::vector<GoodBody> bodies{
      {"0\r\n\r\n", 0},
      {"5\r\nhello\r\n0\r\n\r\n", 5},
      {"00005\r\nhello\r\n000\r\n\r\n", 5},
      {"a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", 20},
      {"5;a=b;c=\"d e\"\r\nhello\r\n0;z\r\n\r\n", 5},
      {"3\r\n\r\n0\r\n0\r\nX-Sum: \xc3\xa4\t1\r\nY:\r\n\r\n", 3},
      {"1\r\na\r\n1\r\nb\r\n0\r\n\r\n", 2},
  };
  return bodies;
}

TEST(ChunkedTest, GoodBodiesEndAtTheirLastByteInEverySplit) {
  for (const GoodBody& good : good_bodies()) {
    const std::string stream = good.body + "GET /next";
    for (std::size_t split = 0; split <= good.body.size(); ++split) {
      ChunkedWalker walker;
      const ExactCopy head(stream.substr(0, split));
      const ExactCopy tail(stream.substr(split));
      const auto first = walker.feed(head.view());
      ASSERT_EQ(first.consumed, split);
      ASSERT_EQ(first.result == ParseStatus::kDone, split == good.body.size());
      const auto second = walker.feed(tail.view());
      ASSERT_EQ(second.result, ParseStatus::kDone) << good.body;
      ASSERT_EQ(split + second.consumed, good.body.size());
      EXPECT_EQ(walker.payload_bytes(), good.payload);
    }
  }
}

TEST(ChunkedTest, ByteByByteIsTheSameAsAtOnce) {
  for (const GoodBody& good : good_bodies()) {
    ChunkedWalker walker;
    const auto step = feed_singly(walker, good.body + "tail");
    EXPECT_EQ(step.result, ParseStatus::kDone);
    EXPECT_EQ(step.consumed, good.body.size());
    EXPECT_EQ(walker.payload_bytes(), good.payload);
  }
}

TEST(ChunkedTest, NothingBelongsToABodyThatHasEnded) {
  ChunkedWalker walker;
  EXPECT_EQ(walker.feed("0\r\n\r\n").result, ParseStatus::kDone);
  const auto more = walker.feed("5\r\n");
  EXPECT_EQ(more.result, ParseStatus::kDone);
  EXPECT_EQ(more.consumed, 0U);
}

TEST(ChunkedTest, BadFormsAreRefusedInEverySplitAndStayRefused) {
  const std::vector<std::string> bodies{
      "5\rxhello\r\n0\r\n\r\n",
      "5\r\nhellox\n0\r\n\r\n",
      "5\r\nhello\rx0\r\n\r\n",
      "0\rx\r\n",
      "0\r\nX: a\rx\r\n",
      "\r\n",
      " 5\r\nhello\r\n",
      "5 \r\nhello\r\n",
      "5\t\r\nhello\r\n",
      "5 ;a\r\nhello\r\n",
      "+5\r\nhello\r\n",
      "-5\r\nhello\r\n",
      "0x5\r\nhello\r\n",
      "5h\r\nhello\r\n",
      "g\r\n",
      ";a\r\n",
      "5;\r\nhello\r\n",
      "5\nhello\n",
      "5\r\nhello\n0\r\n\r\n",
      "5\rhello\r\n",
      "5\r\r\nhello\r\n",
      "5\r\nhello0\r\n\r\n",
      "5\r\nhellox\r\n",
      "5\r\nhello\rx",
      "5\r\nhello\r\n\r\n",
      "5\r\nhello\r\n 0\r\n\r\n",
      "5;a\nhello\r\n",
      "5;a\rb\r\nhello\r\n",
      "5;a=\x01\r\n",
      "5;a=\x80\r\n",
      "5;a=\x7f\r\n",
      "0\n\r\n",
      "0\r\n\n",
      "0\r\n\rx",
      "0\r\n X: a\r\n\r\n",
      "0\r\nX : a\r\n\r\n",
      "0\r\n: a\r\n\r\n",
      "0\r\nX\r\n\r\n",
      "0\r\nX: a\n\r\n",
      "0\r\nX: a\r\n b\r\n\r\n",
      "0\r\nX: a\rb\r\n\r\n",
      "0\r\nX: \x01\r\n\r\n",
      "0\r\nX: a\r\n\n",
      "0\r\n5\r\n\r\n",
      "1000000000000000\r\n",
      "0000000000000001\r\n",
      "ffffffffffffffffffffffff\r\n",
      bytes("5\0\r\nhello\r\n"),
      bytes("0\r\nX: \0\r\n\r\n"),
  };
  for (const std::string& body : bodies) {
    for (std::size_t split = 0; split <= body.size(); ++split) {
      ChunkedWalker walker;
      const ExactCopy head(body.substr(0, split));
      const ExactCopy tail(body.substr(split));
      ASSERT_NE(walker.feed(head.view()).result, ParseStatus::kDone) << body;
      ASSERT_EQ(walker.feed(tail.view()).result, ParseStatus::kBad) << body;
      ASSERT_EQ(walker.feed("0\r\n\r\n").result, ParseStatus::kBad) << body;
    }
  }
}

TEST(ChunkedTest, LargeChunksNeitherOverflowNorCostMemory) {
  ChunkedWalker walker;
  EXPECT_EQ(walker.feed("fffffffffffffff\r\n").result, ParseStatus::kNeedMore);
  const std::string part(1 << 16, 'a');
  for (int i = 0; i < 100; ++i) EXPECT_EQ(walker.feed(part).consumed, part.size());
  EXPECT_EQ(walker.payload_bytes(), 100U << 16);
}

TEST(ChunkedTest, ExtensionsAreBoundedByChunkAndByBody) {
  const auto chunk = [](std::size_t size) { return "1;" + std::string(size, 'e') + "\r\na\r\n"; };
  ChunkedWalker wide;
  EXPECT_EQ(wide.feed(chunk(256)).result, ParseStatus::kNeedMore);
  EXPECT_EQ(wide.feed(chunk(257)).result, ParseStatus::kBad);
  ChunkedWalker many;
  for (int i = 0; i < 64; ++i) EXPECT_EQ(many.feed(chunk(256)).result, ParseStatus::kNeedMore);
  EXPECT_EQ(many.feed(chunk(1)).result, ParseStatus::kBad);
  ChunkedWalker plain;
  for (int i = 0; i < 20000; ++i) ASSERT_EQ(plain.feed("1\r\na\r\n").consumed, 6U);
}

TEST(ChunkedTest, TrailersAreBounded) {
  ChunkedWalker walker;
  EXPECT_EQ(walker.feed("0\r\nX: " + std::string(16381, 'a')).result, ParseStatus::kNeedMore);
  EXPECT_EQ(walker.feed("a").result, ParseStatus::kBad);
  ChunkedWalker many;
  ParseStatus result = many.feed("0\r\n").result;
  for (int i = 0; i < 16384 && result == ParseStatus::kNeedMore; ++i) {
    result = many.feed("a:\r\n").result;
  }
  EXPECT_EQ(result, ParseStatus::kBad);
}

TEST(ChunkedTest, TrailersCanBeRefusedAltogether) {
  ChunkedWalker with(Trailers::kRefuse);
  EXPECT_EQ(with.feed("5\r\nhello\r\n0\r\nX-User-Id: eve\r\n\r\n").result, ParseStatus::kBad);
  ChunkedWalker without(Trailers::kRefuse);
  EXPECT_EQ(without.feed("5\r\nhello\r\n0\r\n\r\n").result, ParseStatus::kDone);
}

}  // namespace
}  // namespace sallyport::test
