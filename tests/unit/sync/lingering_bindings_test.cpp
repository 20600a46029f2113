// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/lingering_bindings.hpp"

#include <gtest/gtest.h>

#include "agent/datapath/memory_tables.hpp"

namespace sallyport::test {
namespace {

constexpr BootNs kStart = 1'000 * kSecondNs;

sp_connection_key connection_from(__u16 port) {
  return {.source = Address::parse("192.0.2.7")->to_abi(), .source_port = port, .service_id = 1};
}

class LingeringBindingsTest : public testing::Test {
 protected:
  std::size_t bound() { return tables_.connections().rows()->size(); }

  MemoryTables tables_{OuterDoorConfig{}};
  LingeringBindings lingering_{tables_.connections()};
};

TEST_F(LingeringBindingsTest, CondemnedBindingStaysForAWhile) {
  ASSERT_TRUE(lingering_.rebind(connection_from(1), {1, 1, 0}));
  lingering_.keep(connection_from(1), kStart);

  lingering_.expire(kStart + LingeringBindings::kLinger - 1);
  EXPECT_EQ(bound(), 1U);
  lingering_.expire(kStart + LingeringBindings::kLinger);
  EXPECT_EQ(bound(), 0U);
  EXPECT_EQ(lingering_.size(), 0U);
}

TEST_F(LingeringBindingsTest, NewConnectionOnTheSameTupleIsNotUnboundByTheOldOne) {
  ASSERT_TRUE(lingering_.rebind(connection_from(1), {1, 1, 0}));
  lingering_.keep(connection_from(1), kStart);
  ASSERT_TRUE(lingering_.rebind(connection_from(1), {2, 1, 0}));

  lingering_.expire(kStart + LingeringBindings::kLinger);
  ASSERT_EQ(bound(), 1U);
  EXPECT_EQ(tables_.connections().rows()->at(0).binding.slot, 2U);
}

TEST_F(LingeringBindingsTest, NumberOfLingeringBindingsIsBounded) {
  for (unsigned port = 1; port <= 20000; ++port) {
    const auto connection = connection_from(static_cast<__u16>(port));
    ASSERT_TRUE(lingering_.rebind(connection, {1, 1, 0}));
    lingering_.keep(connection, kStart);
  }
  EXPECT_LT(lingering_.size(), 20000U);
  EXPECT_EQ(bound(), lingering_.size());
}

}  // namespace
}  // namespace sallyport::test
