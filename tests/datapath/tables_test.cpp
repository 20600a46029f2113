// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/tables.hpp"

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "agent/datapath/bpf_object.hpp"
#include "agent/datapath/kernel_tables.hpp"
#include "agent/datapath/memory_tables.hpp"

namespace sallyport::test {
namespace {

constexpr std::uint32_t kRows = 4;
constexpr std::uint32_t kSlots = 8;

struct InMemory {
  Tables& tables() { return tables_; }
  const std::optional<Failure> error;

 private:
  MemoryTables tables_{[] {
    OuterDoorConfig config;
    config.max_connections = kRows;
    config.max_sources = kRows;
    config.max_key_slots = kSlots;
    return config;
  }()};
};

struct InKernel {
  InKernel() {
    auto object = BpfObject::load({.connections = kRows, .sources = kRows, .key_slots = kSlots});
    if (!object) {
      error = object.error();
      return;
    }
    object_ = std::move(*object);
    auto tables = KernelTables::open(*object_);
    if (!tables) {
      error = tables.error();
      return;
    }
    tables_ = std::move(*tables);
  }
  Tables& tables() { return *tables_; }
  std::optional<Failure> error;

 private:
  std::optional<BpfObject> object_;
  std::unique_ptr<KernelTables> tables_;
};

/// What every implementation of the ports owes to those who use them.
template <class Kind>
class TablesTest : public testing::Test {
 protected:
  void SetUp() override {
    if (kind_.error && kind_.error->code == Errc::kDenied) GTEST_SKIP() << kind_.error->message;
    ASSERT_FALSE(kind_.error) << to_string(*kind_.error);
  }

  Tables& tables() { return kind_.tables(); }

  static Address source(std::uint32_t number) {
    Address address = Address::parse("192.0.2.0").value();
    address.bytes[15] = static_cast<std::uint8_t>(number);
    return address;
  }
  static sp_connection_key connection(std::uint16_t port) {
    return {.source = source(7).to_abi(), .source_port = port, .service_id = 1};
  }
  static sp_source_state ban(std::uint32_t refusals) {
    sp_source_state state{};
    state.expires_ns = SP_NEVER;
    state.verdict = SP_DROP_SOURCE_OFFENDER;
    state.refusals = refusals;
    return state;
  }
  std::optional<TableUse> use_of(const std::string& name) {
    for (const auto& use : tables().use()) {
      if (name == use.name) return use;
    }
    return std::nullopt;
  }

 private:
  Kind kind_;
};

using Kinds = testing::Types<InMemory, InKernel>;
TYPED_TEST_SUITE(TablesTest, Kinds);

TYPED_TEST(TablesTest, RowThatWasPutIsReadBackWhole) {
  ASSERT_TRUE(this->tables().sources().put(this->source(7), this->ban(11)));
  ASSERT_TRUE(this->tables().connections().put(this->connection(9), {3, 4, 0}));

  const auto sources = this->tables().sources().rows().value();
  ASSERT_EQ(sources.size(), 1U);
  EXPECT_EQ(sources[0].source, this->source(7));
  const auto expected = this->ban(11);
  EXPECT_EQ(std::memcmp(&sources[0].state, &expected, sizeof expected), 0);

  const auto connections = this->tables().connections().rows().value();
  const auto key = this->connection(9);
  ASSERT_EQ(connections.size(), 1U);
  EXPECT_EQ(std::memcmp(&connections[0].connection, &key, sizeof key), 0);
  EXPECT_EQ(connections[0].binding.slot, 3U);
  EXPECT_EQ(connections[0].binding.generation, 4U);
}

TYPED_TEST(TablesTest, PuttingAgainReplaces) {
  ASSERT_TRUE(this->tables().sources().put(this->source(7), this->ban(1)));
  ASSERT_TRUE(this->tables().sources().put(this->source(7), this->ban(2)));
  const auto rows = this->tables().sources().rows().value();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].state.refusals, 2U);
}

TYPED_TEST(TablesTest, ErasingWhatIsNotThereIsNoError) {
  EXPECT_TRUE(this->tables().sources().erase(this->source(7)));
  EXPECT_TRUE(this->tables().connections().erase(this->connection(9)));
  EXPECT_TRUE(this->tables().services().erase_others());
}

TYPED_TEST(TablesTest, FullTableSaysSoAndTakesARowAgainAfterAnErase) {
  auto& sources = this->tables().sources();
  auto& connections = this->tables().connections();
  for (std::uint32_t i = 0; i < kRows; ++i) {
    ASSERT_TRUE(sources.put(this->source(i), this->ban(1)));
    ASSERT_TRUE(connections.put(this->connection(static_cast<std::uint16_t>(i)), {1, 1, 0}));
  }
  for (const auto& refused :
       {sources.put(this->source(kRows), this->ban(1)),
        connections.put(this->connection(static_cast<std::uint16_t>(kRows)), {1, 1, 0})}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kFull);
    EXPECT_NE(refused.error().message.find("full at 4 rows"), std::string::npos);
    EXPECT_FALSE(refused.error().remedy.empty());
  }
  EXPECT_TRUE(sources.put(this->source(0), this->ban(2))) << "a row that is there has its room";

  ASSERT_TRUE(sources.erase(this->source(0)));
  EXPECT_TRUE(sources.put(this->source(kRows), this->ban(1)));
  EXPECT_EQ(sources.rows().value().size(), kRows);
}

TYPED_TEST(TablesTest, SlotZeroBelongsToOffendersAndTheOthersToNobody) {
  const auto memory = this->tables().slot_memory();
  ASSERT_EQ(memory.slots.size(), kSlots);
  ASSERT_EQ(memory.clocks.size(), kSlots);
  EXPECT_EQ(memory.slots[0].generation, 1U);
  EXPECT_EQ(memory.slots[0].verdict, static_cast<__u32>(SP_DROP_CONNECTION_OFFENDER));
  for (std::uint32_t slot = 1; slot < kSlots; ++slot) EXPECT_EQ(memory.slots[slot].generation, 0U);
}

TYPED_TEST(TablesTest, UseCountsRowsAndNamesTheCapacity) {
  ASSERT_TRUE(this->tables().sources().put(this->source(7), this->ban(1)));
  ASSERT_TRUE(this->tables().connections().put(this->connection(1), {1, 1, 0}));
  ASSERT_TRUE(this->tables().connections().put(this->connection(2), {1, 1, 0}));
  this->tables().slot_memory().slots[3].generation = 1;

  const auto sources = this->use_of("sources");
  const auto connections = this->use_of("connections");
  const auto slots = this->use_of("key_slots");
  ASSERT_TRUE(sources && connections && slots);
  EXPECT_EQ(sources->used, 1U);
  EXPECT_EQ(sources->capacity, kRows);
  EXPECT_EQ(connections->used, 2U);
  EXPECT_EQ(slots->used, 2U);
  EXPECT_EQ(slots->capacity, kSlots);
}

TYPED_TEST(TablesTest, CountersStartAtZero) {
  const auto counters = this->tables().counters().counters();
  ASSERT_TRUE(counters) << to_string(counters.error());
  for (const auto& counter : *counters) EXPECT_EQ(counter.packets + counter.observed_packets, 0U);
}

TYPED_TEST(TablesTest, ManyThreadsPutEraseAndReadAtOnce) {
  constexpr int kRounds = 500;
  auto& connections = this->tables().connections();
  std::vector<std::jthread> threads;
  for (std::uint16_t port = 1; port <= kRows; ++port) {
    threads.emplace_back([&connections, port] {
      for (int round = 0; round < kRounds; ++round) {
        ASSERT_TRUE(connections.put(TestFixture::connection(port), {1, 1, 0}));
        ASSERT_LE(connections.rows().value().size(), kRows);
        ASSERT_TRUE(connections.erase(TestFixture::connection(port)));
      }
    });
  }
  threads.clear();
  EXPECT_TRUE(connections.rows().value().empty());
}

}  // namespace
}  // namespace sallyport::test
