// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/read_back.hpp"

#include <string>

#include <gtest/gtest.h>

#include "agent/datapath/memory_tables.hpp"
#include "tests/support/failing_tables.hpp"

namespace sallyport::test {
namespace {

const Address kSource = Address::parse("192.0.2.7").value();
const Address kOther = Address::parse("192.0.2.8").value();

sp_source_state ban_row(sp_verdict verdict) {
  sp_source_state state{};
  state.expires_ns = SP_NEVER;
  state.verdict = static_cast<__u32>(verdict);
  return state;
}

class ReadBackTest : public testing::Test {
 protected:
  std::uint64_t run() {
    const auto before = read_back_.drift();
    findings_ = read_back_.run(boot_now());
    return read_back_.drift() - before;
  }
  Result<void> ban(const Address& source) {
    Ban ban;
    ban.source = source;
    return bans_.put(ban, unix_now(), boot_now());
  }
  KeyEntry& placed_key(const std::string& raw) {
    KeyEntry& key = index_.add({.digest = digest_of(raw)}, index_.owner_of("acme", "alice"));
    (void)slots_.place_of(key);
    return key;
  }

  MemoryTables memory_{OuterDoorConfig{}};
  FailingTables tables_{memory_, {}};
  KeyIndex index_;
  SlotTable slots_{tables_.slot_memory()};
  DeniedKeys denied_{tables_.denied_keys(), true};
  CidrList cidrs_{tables_.cidrs()};
  BanList bans_{tables_.sources()};
  ReadBack read_back_{tables_, index_, slots_, denied_, cidrs_, bans_};
  std::vector<ReadBack::Finding> findings_;
};

TEST_F(ReadBackTest, TablesThatAreRightAreNotWritten) {
  ASSERT_TRUE(ban(kSource));
  placed_key("a");
  const auto before = tables_.writes();
  EXPECT_EQ(run(), 0U);
  EXPECT_TRUE(findings_.empty());
  EXPECT_EQ(tables_.writes(), before);
}

TEST_F(ReadBackTest, BanThatIsGoneOrWrongIsPutAgainAndAStrangerGoes) {
  ASSERT_TRUE(ban(kSource));
  ASSERT_TRUE(memory_.sources().erase(kSource));
  EXPECT_EQ(run(), 1U);
  ASSERT_TRUE(memory_.sources().put(kSource, ban_row(SP_DROP_SOURCE_OFFENDER)));
  EXPECT_EQ(run(), 1U);
  ASSERT_TRUE(memory_.sources().put(kOther, ban_row(SP_DROP_SOURCE_BANNED)));
  EXPECT_EQ(run(), 1U);

  const auto rows = memory_.sources().rows().value();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].source, kSource);
  EXPECT_EQ(rows[0].state.verdict, static_cast<__u32>(SP_DROP_SOURCE_BANNED));
  EXPECT_EQ(read_back_.drift(), 3U);
}

TEST_F(ReadBackTest, SlotSaysWhatIsToBeDoneWithItsKey) {
  auto& key = placed_key("a");
  auto& slot = tables_.slot_memory().slots[key.slot];
  const sp_key_slot right = slot;
  slot.verdict = SP_DROP_KEY_REVOKED;
  EXPECT_EQ(run(), 1U);
  slot.digest[3] ^= 1;
  EXPECT_EQ(run(), 1U);
  slot.limits.packet_cost_ns = 5;
  EXPECT_EQ(run(), 1U);
  slot.egress_byte_cost = 5;
  EXPECT_EQ(run(), 1U);
  EXPECT_EQ(std::memcmp(&slot, &right, sizeof slot), 0);
  EXPECT_EQ(run(), 0U);
}

TEST_F(ReadBackTest, FailedWriteIsAFindingAndIsTriedNextTime) {
  ASSERT_TRUE(ban(kSource));
  ASSERT_TRUE(memory_.sources().erase(kSource));
  tables_.set_plan({.fail_at = 1});
  EXPECT_EQ(run(), 0U);
  ASSERT_EQ(findings_.size(), 1U);
  EXPECT_EQ(findings_[0].table, std::string("sources"));
  EXPECT_FALSE(findings_[0].mended);
  EXPECT_EQ(run(), 1U);
}

TEST_F(ReadBackTest, ComesOnceInAnInterval) {
  const BootNs start = boot_now();
  ASSERT_TRUE(ban(kSource));
  EXPECT_TRUE(read_back_.run_if_due(start).empty());
  ASSERT_TRUE(memory_.sources().erase(kSource));
  EXPECT_TRUE(read_back_.run_if_due(start + ReadBack::kInterval - 1).empty());
  EXPECT_EQ(read_back_.run_if_due(start + ReadBack::kInterval).size(), 1U);
  ASSERT_TRUE(memory_.sources().erase(kSource));
  EXPECT_TRUE(read_back_.run_if_due(start + 2 * ReadBack::kInterval - 1).empty());
}

}  // namespace
}  // namespace sallyport::test
