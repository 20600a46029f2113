// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "agent/terminator/body_cursor.hpp"
#include "agent/terminator/buffer.hpp"
#include "agent/terminator/task.hpp"

namespace sallyport::test {
namespace {

TEST(BodyCursor, EndsAfterTheAnnouncedLength) {
  BodyCursor body(Framing::kLength, 5, ChunkedWalker::Trailers::kPass);
  EXPECT_EQ(body.take("abc").bytes, 3u);
  EXPECT_FALSE(body.is_done());
  EXPECT_EQ(body.take("deGET /").bytes, 2u);
  EXPECT_TRUE(body.is_done());
  EXPECT_EQ(body.take("GET /").bytes, 0u);
}

TEST(BodyCursor, EndsAfterTheLastChunkHoweverItIsSplit) {
  const std::string_view text = "3\r\nabc\r\n0\r\n\r\nGET /";
  for (std::size_t split = 0; split < text.size(); ++split) {
    BodyCursor body(Framing::kChunked, 0, ChunkedWalker::Trailers::kPass);
    std::size_t bytes = body.take(text.substr(0, split)).bytes;
    bytes += body.take(text.substr(bytes)).bytes;
    EXPECT_EQ(bytes, 13u) << split;
    EXPECT_TRUE(body.is_done());
    EXPECT_EQ(body.chunk_payload(), 3u);
  }
}

TEST(BodyCursor, IsDoneAtOnceWithoutABody) {
  EXPECT_TRUE(BodyCursor(Framing::kNone, 0, ChunkedWalker::Trailers::kPass).is_done());
  EXPECT_TRUE(BodyCursor(Framing::kLength, 0, ChunkedWalker::Trailers::kPass).is_done());
}

TEST(BodyCursor, RefusesTrailersWhereToldTo) {
  const std::string_view text = "0\r\nX-Auth-User: root\r\n\r\n";
  BodyCursor strict(Framing::kChunked, 0, ChunkedWalker::Trailers::kRefuse);
  EXPECT_TRUE(strict.take(text).is_bad);
  BodyCursor lenient(Framing::kChunked, 0, ChunkedWalker::Trailers::kPass);
  EXPECT_FALSE(lenient.take(text).is_bad);
}

void append(Buffer& buffer, std::string_view bytes) {
  const auto room = buffer.room();
  ASSERT_GE(room.size(), bytes.size());
  std::copy(bytes.begin(), bytes.end(), room.begin());
  buffer.grow(bytes.size());
}

TEST(Buffer, KeepsWhatWasNotConsumedWhenItMakesRoom) {
  BlockPool pool(16);
  Buffer buffer(pool);
  append(buffer, "0123456789");
  buffer.consume(8);
  append(buffer, "abcdefghijklmn");
  EXPECT_EQ(buffer.view(), "89abcdefghijklmn");
  EXPECT_TRUE(buffer.room().empty());
}

TEST(Buffer, LeavesNothingOfASecretInTheBlockItGivesBack) {
  BlockPool pool(32);
  {
    Buffer buffer(pool);
    append(buffer, "GET / spk_live_secret");
    buffer.consume(buffer.size());
    append(buffer, "short");
  }
  const auto block = pool.take();
  const std::string_view left(block.get(), 21);
  EXPECT_EQ(left.find_first_not_of('\0'), std::string_view::npos);
}

TEST(Buffer, GivesItsBlockBackWhenItIsEmpty) {
  BlockPool pool(16);
  Buffer first(pool);
  append(first, "abc");
  const char* const block = first.view().data();
  first.release();
  EXPECT_EQ(first.view(), "abc");
  first.consume(3);
  first.release();
  Buffer second(pool);
  append(second, "def");
  EXPECT_EQ(second.view().data(), block);
}

/// Suspends until the test resumes it.
struct Pause {
  std::coroutine_handle<>& waiter;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) const noexcept { waiter = handle; }
  void await_resume() const noexcept {}
};

Task<int> leaf(std::coroutine_handle<>& waiter, bool waits) {
  if (waits) co_await Pause{waiter};
  co_return 1;
}

Task<int> sum(std::coroutine_handle<>& waiter, int times, int every) {
  int total = 0;
  for (int i = 0; i < times; ++i) total += co_await leaf(waiter, i % every == 0);
  co_return total;
}

Detached run(std::coroutine_handle<>& waiter, int times, int every, int& result) {
  result = co_await sum(waiter, times, every);
}

TEST(Task, RunsStepsThatWaitAndStepsThatDoNot) {
  std::coroutine_handle<> waiter;
  int result = -1;
  run(waiter, 10, 3, result);
  int waits = 0;
  while (result < 0) {
    ++waits;
    std::exchange(waiter, nullptr).resume();
  }
  EXPECT_EQ(result, 10);
  EXPECT_EQ(waits, 4);
}

TEST(Task, NeedsNoStackForStepsThatDoNotWait) {
  std::coroutine_handle<> waiter;
  int result = -1;
  run(waiter, 3'000'000, 4'000'000, result);
  std::exchange(waiter, nullptr).resume();
  EXPECT_EQ(result, 3'000'000);
}

}  // namespace
}  // namespace sallyport::test
