// SPDX-License-Identifier: Apache-2.0
#include "agent/telemetry/top_table.hpp"

#include <map>
#include <random>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

using Small = TopTable<int, 4>;

std::vector<Small::Row> rows_of(const Small& table) {
  std::vector<Small::Row> rows;
  table.add_to(rows);
  keep_top(rows, 10);
  return rows;
}

TEST(TopTableTest, CountsExactlyWhileThereIsRoom) {
  Small table;
  for (int i = 0; i < 3; ++i) table.add(7, i == 0);
  table.add(8, false);
  const auto rows = rows_of(table);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].id, 7);
  EXPECT_EQ(rows[0].count.requests, 3U);
  EXPECT_EQ(rows[0].count.refused, 1U);
  EXPECT_EQ(rows[0].count.uncertain, 0U);
}

TEST(TopTableTest, ANewcomerTakesTheLeastsPlaceAndIsUncertainByItsCount) {
  Small table;
  for (int id = 1; id <= 4; ++id) {
    for (int i = 0; i < id + 1; ++i) table.add(id, true);
  }
  table.add(9, false);
  const auto rows = rows_of(table);
  ASSERT_EQ(rows.size(), 4U);
  const auto newcomer =
      std::find_if(rows.begin(), rows.end(), [](auto& row) { return row.id == 9; });
  ASSERT_NE(newcomer, rows.end());
  EXPECT_EQ(newcomer->count.requests, 3U);
  EXPECT_EQ(newcomer->count.uncertain, 2U);
  EXPECT_EQ(newcomer->count.refused, 0U) << "those were another's";
  EXPECT_TRUE(std::none_of(rows.begin(), rows.end(), [](auto& row) { return row.id == 1; }));
}

TEST(TopTableTest, WhoIsHeavyIsNeverMissedNorUnderrated) {
  std::mt19937 random(1);
  TopTable<unsigned, 64> table;
  std::map<unsigned, std::uint64_t> truth;
  constexpr unsigned kAll = 100'000;
  for (unsigned i = 0; i < kAll; ++i) {
    // Five heavy ones among fifty thousand.
    const unsigned id =
        static_cast<unsigned>(random() % 10 == 0 ? random() % 5 : 100 + random() % 50'000);
    ++truth[id];
    table.add(id, false);
  }
  std::vector<TopTable<unsigned, 64>::Row> rows;
  table.add_to(rows);
  for (unsigned heavy = 0; heavy < 5; ++heavy) {
    ASSERT_GT(truth[heavy], kAll / 64);
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](auto& one) { return one.id == heavy; });
    ASSERT_NE(row, rows.end());
    EXPECT_GE(row->count.requests, truth[heavy]);
    EXPECT_LE(row->count.requests - row->count.uncertain, truth[heavy]);
  }
}

TEST(TopTableTest, TablesOfSeveralAddUpById) {
  Small one;
  Small other;
  one.add(1, false);
  other.add(1, true);
  other.add(2, false);
  std::vector<Small::Row> rows;
  one.add_to(rows);
  other.add_to(rows);
  keep_top(rows, 1);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].id, 1);
  EXPECT_EQ(rows[0].count.requests, 2U);
  EXPECT_EQ(rows[0].count.refused, 1U);
}

}  // namespace
}  // namespace sallyport::test
