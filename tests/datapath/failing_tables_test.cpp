// SPDX-License-Identifier: Apache-2.0
#include "tests/support/failing_tables.hpp"

#include <gtest/gtest.h>

#include "agent/datapath/memory_tables.hpp"

namespace sallyport::test {
namespace {

const Address kSource = Address::parse("192.0.2.7").value();
constexpr sp_connection_key kConnection{};

class FailingTablesTest : public testing::Test {
 protected:
  MemoryTables memory_{OuterDoorConfig{}};
};

TEST_F(FailingTablesTest, RefusesTheNthWriteAlone) {
  FailingTables tables(memory_, {.fail_at = 2});

  EXPECT_TRUE(tables.sources().put(kSource, {}));
  const auto refused = tables.connections().put(kConnection, {});
  EXPECT_TRUE(tables.connections().put(kConnection, {}));

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kFull);
  EXPECT_EQ(tables.writes(), 3U);
}

TEST_F(FailingTablesTest, RefusedWriteDoesNotReachTheTablesBehind) {
  FailingTables tables(memory_, {.fail_at = 1, .code = Errc::kUnavailable, .count = 2});

  EXPECT_FALSE(tables.sources().put(kSource, {}));
  EXPECT_FALSE(tables.sources().erase(kSource));
  EXPECT_TRUE(memory_.sources().rows().value().empty());
  EXPECT_TRUE(tables.sources().put(kSource, {}));
  EXPECT_EQ(memory_.sources().rows().value().size(), 1U);
}

TEST_F(FailingTablesTest, CountsErasesAndServicesToo) {
  FailingTables tables(memory_, {});
  ASSERT_TRUE(tables.sources().erase(kSource));
  ASSERT_TRUE(tables.connections().erase(kConnection));
  ASSERT_TRUE(tables.services().put({}, {}));
  ASSERT_TRUE(tables.services().erase_others());
  EXPECT_EQ(tables.writes(), 4U);

  tables.set_plan({.fail_at = 1});
  EXPECT_FALSE(tables.services().erase_others());
}

}  // namespace
}  // namespace sallyport::test
