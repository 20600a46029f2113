// SPDX-License-Identifier: Apache-2.0
#include "agent/service/convert.hpp"

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

control::v1::Table table_of(std::uint64_t used, std::uint64_t capacity) {
  control::v1::Table table;
  to_proto(TableUse{"sources", used, capacity}, table);
  return table;
}

TEST(TablePressureTest, IsFillingFromThreeQuartersAndFullAtTheEnd) {
  EXPECT_EQ(table_of(0, 400).pressure(), control::v1::PRESSURE_OK);
  EXPECT_EQ(table_of(299, 400).pressure(), control::v1::PRESSURE_OK);
  EXPECT_EQ(table_of(300, 400).pressure(), control::v1::PRESSURE_FILLING);
  EXPECT_EQ(table_of(399, 400).pressure(), control::v1::PRESSURE_FILLING);
  EXPECT_EQ(table_of(400, 400).pressure(), control::v1::PRESSURE_FULL);
}

TEST(TablePressureTest, PercentIsRoundedDownSoThatAHundredIsFull) {
  EXPECT_EQ(table_of(299, 400).percent(), 74U);
  EXPECT_EQ(table_of(399, 400).percent(), 99U);
  EXPECT_EQ(table_of(1U << 24, 1U << 24).percent(), 100U);
}

TEST(TablePressureTest, TableWithoutRoomIsFull) {
  EXPECT_EQ(table_of(0, 0).pressure(), control::v1::PRESSURE_FULL);
}

}  // namespace
}  // namespace sallyport::test
