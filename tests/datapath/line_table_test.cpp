// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/line_table.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

using Put = LineTable::Line::Put;

constexpr std::uint64_t kValue = 7ULL << SP_ROW_SHIFT;
constexpr std::uint64_t kOther = 8ULL << SP_ROW_SHIFT;

/// One line alone: every key belongs to it.
class LineTableTest : public testing::Test {
 protected:
  std::map<std::uint64_t, std::uint64_t> rows() const {
    std::map<std::uint64_t, std::uint64_t> rows;
    table_.for_each([&](std::uint64_t key, std::uint64_t value, bool) { rows[key] = value; });
    return rows;
  }

  std::vector<sp_line> memory_ = std::vector<sp_line>(1);
  LineTable table_{memory_, 42};
};

TEST_F(LineTableTest, RowIsAddedReplacedAndErased) {
  EXPECT_EQ(table_.line_of(1).put(kValue), Put::kAdded);
  EXPECT_EQ(table_.line_of(1).put(kOther), Put::kReplaced);
  EXPECT_EQ(rows(), (std::map<std::uint64_t, std::uint64_t>{{1, kOther}}));
  EXPECT_TRUE(table_.line_of(1).erase());
  EXPECT_FALSE(table_.line_of(1).erase());
  EXPECT_TRUE(rows().empty());
}

TEST_F(LineTableTest, FullLineIsMarkedAndKeepsItsMark) {
  for (std::uint64_t key = 1; key <= SP_LINE_ROWS; ++key) {
    ASSERT_EQ(table_.line_of(key).put(kValue), Put::kAdded);
  }
  EXPECT_FALSE(table_.line_of(1).has_spilled());
  EXPECT_EQ(table_.line_of(9).put(kValue), Put::kFull);
  EXPECT_TRUE(table_.line_of(1).has_spilled());
  EXPECT_EQ(rows().size(), SP_LINE_ROWS);

  for (std::uint64_t key = 1; key <= SP_LINE_ROWS; ++key) {
    EXPECT_EQ(table_.line_of(key).put(kOther), Put::kReplaced);
    EXPECT_TRUE(table_.line_of(key).erase());
  }
  EXPECT_TRUE(table_.line_of(1).has_spilled()) << "the mark is no row, and outlives all rows";
  EXPECT_TRUE(rows().empty());
  EXPECT_EQ(table_.line_of(9).put(kValue), Put::kAdded);
}

TEST_F(LineTableTest, PuttingAgainEndsWhatTheKernelMarked) {
  ASSERT_EQ(table_.line_of(1).put(kValue), Put::kAdded);
  memory_[0].rows[0].value |= SP_ROW_SUPERSEDED;
  bool is_superseded = false;
  table_.for_each([&](std::uint64_t, std::uint64_t value, bool marked) {
    EXPECT_EQ(value, kValue);
    is_superseded = marked;
  });
  EXPECT_TRUE(is_superseded);
  EXPECT_EQ(table_.line_of(1).put(kValue), Put::kReplaced);
  EXPECT_EQ(memory_[0].rows[0].value, kValue);
}

TEST_F(LineTableTest, SupersededRowIsARowStill) {
  ASSERT_EQ(table_.line_of(1).put(kValue), Put::kAdded);
  memory_[0].rows[0].value |= SP_ROW_SUPERSEDED;
  EXPECT_TRUE(table_.line_of(1).has_row());
  EXPECT_TRUE(table_.line_of(1).erase());
  EXPECT_FALSE(table_.line_of(1).has_row());
}

TEST_F(LineTableTest, MarkThatMeetsAFreedRowOccupiesNothing) {
  ASSERT_EQ(table_.line_of(1).put(kValue), Put::kAdded);
  ASSERT_TRUE(table_.line_of(1).erase());
  memory_[0].rows[0].value |= SP_ROW_SUPERSEDED;  // a SYN that was under way
  EXPECT_FALSE(table_.line_of(1).has_row());
  EXPECT_TRUE(rows().empty());
  for (std::uint64_t key = 2; key < 2 + SP_LINE_ROWS; ++key) {
    EXPECT_EQ(table_.line_of(key).put(kValue), Put::kAdded);
  }
  EXPECT_EQ(memory_[0].rows[0].value, kValue) << "the mark went with the old row";
}

// The kernel marks rows while the agent writes them; here a thread stands for it.
TEST_F(LineTableTest, WritersAndMarkerLoseNothingToEachOther) {
  constexpr int kRounds = 20000;
  std::atomic<bool> done = false;
  std::thread marker([&] {
    while (!done) std::atomic_ref<__u64>(memory_[0].rows[0].value).fetch_or(SP_ROW_SPILLED);
  });
  std::vector<std::thread> writers;
  for (std::uint64_t key = 1; key <= SP_LINE_ROWS; ++key) {
    writers.emplace_back([this, key] {
      for (int i = 0; i < kRounds; ++i) {
        ASSERT_EQ(table_.line_of(key).put(kValue), Put::kAdded);
        ASSERT_TRUE(table_.line_of(key).erase());
      }
      ASSERT_EQ(table_.line_of(key).put(kOther), Put::kAdded);
    });
  }
  for (auto& writer : writers) writer.join();
  done = true;
  marker.join();
  EXPECT_EQ(rows(), (std::map<std::uint64_t, std::uint64_t>{
                        {1, kOther}, {2, kOther}, {3, kOther}, {4, kOther}}));
}

TEST(LineOf, SpreadsNeighboursOverAnyNumberOfLines) {
  constexpr std::uint32_t kLines = 1000;
  std::vector<unsigned> used(kLines);
  for (std::uint64_t key = 0; key < 4 * kLines; ++key) {
    const auto line = sp_line_of(key << 32, 0x9e3779b97f4a7c15, kLines);
    ASSERT_LT(line, kLines);
    ++used[line];
  }
  // Of 1000 lines with 4 keys each on average, about 18 are without any.
  const auto empty = std::count(used.begin(), used.end(), 0U);
  EXPECT_LT(empty, 60);
  EXPECT_LT(*std::max_element(used.begin(), used.end()), 20U);
}

}  // namespace
}  // namespace sallyport::test
