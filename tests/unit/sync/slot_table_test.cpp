// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/slot_table.hpp"

#include <cstring>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

class SlotTableTest : public testing::Test {
 protected:
  static constexpr std::size_t kSlots = 4;  // one is the offenders'

  KeyEntry& add_key(int number, UnixSeconds expires_at = 0) {
    KeyFacts facts;
    facts.digest = digest_of("key " + std::to_string(number));
    facts.expires_at = expires_at;
    return index_.add(facts, index_.owner_of("acme", "alice"));
  }

  std::vector<sp_key_slot> slots_{kSlots};
  std::vector<sp_key_clocks> clocks_{kSlots};
  KeyIndex index_;
  SlotTable table_{SlotMemory{slots_, clocks_}};
};

TEST_F(SlotTableTest, FirstUseGivesASlotThatSaysWhoseItIs) {
  KeyEntry& key = add_key(1);
  const auto place = table_.place_of(key);

  ASSERT_NE(place.slot, SP_OFFENDER_SLOT);
  ASSERT_LT(place.slot, kSlots);
  EXPECT_EQ(place.generation, 1U);
  EXPECT_EQ(slots_[place.slot].verdict, SP_PASS_BOUND);
  EXPECT_EQ(std::memcmp(slots_[place.slot].digest, key.digest.data(), 16), 0);
  EXPECT_EQ(table_.place_of(key).slot, place.slot) << "the second use finds the same slot";
}

TEST_F(SlotTableTest, DeadKeyIsGivenACondemnedSlot) {
  KeyEntry& expired = add_key(1, /*expires_at=*/1);
  EXPECT_EQ(slots_[table_.place_of(expired).slot].verdict, SP_DROP_KEY_EXPIRED);
}

TEST_F(SlotTableTest, VerdictReachesTheSlotAndSaysWhetherItWasNews) {
  KeyEntry& key = add_key(1);
  EXPECT_FALSE(table_.set_verdict(key, SP_DROP_KEY_REVOKED)) << "a key without slot has no verdict";
  const auto place = table_.place_of(key);

  EXPECT_TRUE(table_.set_verdict(key, SP_DROP_KEY_REVOKED));
  EXPECT_EQ(slots_[place.slot].verdict, SP_DROP_KEY_REVOKED);
  EXPECT_FALSE(table_.set_verdict(key, SP_DROP_KEY_REVOKED));
  EXPECT_TRUE(table_.is_condemned({place.slot, place.generation, 0}));
  EXPECT_FALSE(table_.is_condemned({place.slot, place.generation + 1, 0}));
  EXPECT_FALSE(table_.is_condemned({kSlots, 1, 0}));
}

TEST_F(SlotTableTest, FullTableRefusesAndCountsButStillLimits) {
  for (int i = 1; i <= 3; ++i) ASSERT_NE(table_.place_of(add_key(i)).slot, kNoSlot);
  KeyEntry& fourth = add_key(4);
  fourth.request_cost_ns = kSecondNs;

  EXPECT_EQ(table_.place_of(fourth).slot, kNoSlot);
  EXPECT_EQ(table_.refused(), 1U);
  EXPECT_TRUE(table_.spend_request(fourth, 0, 5 * kSecondNs).admitted);
  EXPECT_FALSE(table_.spend_request(fourth, 0, 5 * kSecondNs).admitted);
}

TEST_F(SlotTableTest, RevokedKeysSlotIsGivenAnewUnderAnotherGeneration) {
  KeyEntry& first = add_key(1);
  const auto before = table_.place_of(first);
  for (int i = 2; i <= 3; ++i) (void)table_.place_of(add_key(i));
  first.standing = Standing::kRevoked;
  table_.set_verdict(first, SP_DROP_KEY_REVOKED);

  const auto after = table_.place_of(add_key(4));
  EXPECT_EQ(after.slot, before.slot);
  EXPECT_EQ(after.generation, before.generation + 1);
  EXPECT_EQ(slots_[after.slot].verdict, SP_PASS_BOUND);
  EXPECT_EQ(first.slot.load(), kNoSlot);
  EXPECT_FALSE(table_.is_condemned({before.slot, before.generation, 0}));
}

TEST_F(SlotTableTest, SlotNamesItsKeyInItsOwnGenerationAlone) {
  KeyFacts facts;
  facts.digest = digest_of("a key");
  facts.id = {'X', 'y', '1', '2', 'A', 'b', 'C', 'd'};
  const auto place = table_.place_of(index_.add(facts, index_.owner_of("acme", "alice")));

  EXPECT_EQ(table_.key_of(place.slot, place.generation), facts.id);
  EXPECT_FALSE(table_.key_of(place.slot, place.generation + 1));
  EXPECT_FALSE(table_.key_of(SP_OFFENDER_SLOT, 0));
  EXPECT_FALSE(table_.key_of(kSlots, 1));
}

TEST_F(SlotTableTest, LimitMovesTheClockSharedWithTheKernel) {
  KeyEntry& key = add_key(1);
  key.request_cost_ns = kSecondNs;
  const auto place = table_.place_of(key);

  EXPECT_TRUE(table_.spend_request(key, 0, 5 * kSecondNs).admitted);
  EXPECT_EQ(clocks_[place.slot].requests_ns, 6 * kSecondNs);
  clocks_[place.slot].requests_ns = 9 * kSecondNs;  // as the kernel would
  EXPECT_FALSE(table_.spend_request(key, 0, 6 * kSecondNs).admitted);
}

TEST_F(SlotTableTest, LimitsReachTheSlotWhenItIsGivenAndWhenTheyChange) {
  KeyFacts facts{.digest = digest_of("limited")};
  facts.traffic = {.packet_cost_ns = 1,
                   .packet_burst_ns = 2,
                   .byte_cost = 3,
                   .byte_burst_ns = 4,
                   .egress_byte_cost = 5};
  Owner& owner = index_.owner_of("acme", "alice");
  KeyEntry& key = index_.add(facts, owner);
  clocks_[1] = {.requests_ns = 7,
                .packets_ns = 7,
                .bytes_ns = 7,
                .received_ns = 7,
                .egress_ns = 7,
                .reserved = {}};
  const auto slot = table_.place_of(key).slot;
  ASSERT_EQ(slot, 1U);
  const sp_limits& limits = slots_[slot].limits;
  EXPECT_EQ(limits.packet_cost_ns, 1U);
  EXPECT_EQ(limits.packet_burst_ns, 2U);
  EXPECT_EQ(limits.byte_cost, 3U);
  EXPECT_EQ(limits.byte_burst_ns, 4U);
  EXPECT_EQ(slots_[1].egress_byte_cost, 5U);
  EXPECT_EQ(clocks_[1].egress_ns, 0U);
  EXPECT_EQ(clocks_[slot].packets_ns, 0U) << "an earlier owner's debt";
  EXPECT_EQ(clocks_[slot].bytes_ns, 0U);

  facts.traffic = {};
  table_.set_limits(index_.add(facts, owner));
  EXPECT_EQ(limits.packet_cost_ns, 0U);
  EXPECT_EQ(limits.byte_cost, 0U);
  table_.set_limits(add_key(2));  // has no slot

  facts.traffic.byte_cost = 9;
  KeyIndex next_index;
  next_index.add(facts, next_index.owner_of("acme", "alice"));
  SlotTable next{SlotMemory{slots_, clocks_}};
  next.adopt(next_index);
  EXPECT_EQ(limits.byte_cost, 9U) << "what changed while no agent ran";
}

TEST_F(SlotTableTest, BytesReadAreSpentOnAClockOfTheirOwn) {
  KeyFacts facts{.digest = digest_of("limited")};
  facts.traffic = {.packet_cost_ns = 0,
                   .packet_burst_ns = 0,
                   .byte_cost = kSecondNs << SP_BYTE_COST_SHIFT,  // a second a byte
                   .byte_burst_ns = 2 * kSecondNs};
  KeyEntry& key = index_.add(facts, index_.owner_of("acme", "alice"));
  EXPECT_EQ(table_.charge_bytes(key, 1, 5 * kSecondNs), 0U) << "no slot yet";
  sp_key_clocks& clocks = clocks_[table_.place_of(key).slot];
  EXPECT_EQ(clocks.received_ns, 6 * kSecondNs) << "what it owes goes with it";

  EXPECT_TRUE(table_.spend_request(key, 4, 5 * kSecondNs).admitted);
  EXPECT_EQ(clocks.received_ns, 10 * kSecondNs);
  key.request_cost_ns = kSecondNs;
  const Spend refused = table_.spend_request(key, 1, 5 * kSecondNs);
  EXPECT_FALSE(refused.admitted);
  EXPECT_EQ(refused.retry_after_ns, 3 * kSecondNs);
  EXPECT_EQ(table_.charge_bytes(key, 0, 6 * kSecondNs), 2 * kSecondNs);
  EXPECT_EQ(clocks.received_ns, 10 * kSecondNs);
  EXPECT_EQ(clocks.requests_ns, 0U);
  EXPECT_EQ(clocks.bytes_ns, 0U) << "the kernel's, which has seen the same bytes";
}

TEST_F(SlotTableTest, RestartFindsEveryKeysSlotAndCondemnsStrangers) {
  KeyEntry& stays = add_key(1);
  KeyEntry& dies = add_key(2);
  KeyEntry& forgotten = add_key(3);
  const auto stays_at = table_.place_of(stays);
  const auto dies_at = table_.place_of(dies);
  const auto forgotten_at = table_.place_of(forgotten);

  KeyIndex next_index;
  KeyEntry& stays_now =
      next_index.add({.digest = stays.digest}, next_index.owner_of("acme", "alice"));
  KeyEntry& dies_now = next_index.add({.digest = dies.digest, .standing = Standing::kRevoked},
                                      next_index.owner_of("acme", "alice"));
  SlotTable next{SlotMemory{slots_, clocks_}};
  next.adopt(next_index);

  EXPECT_EQ(next.place_of(stays_now).slot, stays_at.slot);
  EXPECT_EQ(next.place_of(stays_now).generation, stays_at.generation);
  EXPECT_EQ(slots_[stays_at.slot].verdict, SP_PASS_BOUND);
  EXPECT_EQ(next.place_of(dies_now).slot, dies_at.slot);
  EXPECT_EQ(slots_[dies_at.slot].verdict, SP_DROP_KEY_REVOKED);
  EXPECT_EQ(slots_[forgotten_at.slot].verdict, SP_DROP_KEY_REVOKED);
}

TEST_F(SlotTableTest, ManyThreadsAgreeOnOneSlotAKey) {
  KeyEntry& key = add_key(1);
  std::vector<std::uint32_t> seen(8, kNoSlot);
  std::vector<std::thread> threads;
  for (auto& slot : seen) threads.emplace_back([&] { slot = table_.place_of(key).slot; });
  for (auto& thread : threads) thread.join();
  for (const auto slot : seen) EXPECT_EQ(slot, key.slot.load());
  EXPECT_EQ(slots_[key.slot].generation, 1U);
}

}  // namespace
}  // namespace sallyport::test
