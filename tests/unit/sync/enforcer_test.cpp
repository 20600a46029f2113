// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/enforcer.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "agent/association/checks.hpp"
#include "agent/datapath/memory_tables.hpp"

namespace sallyport::test {
namespace {

/// Commits as the registry makes them, and what becomes of index and slots.
class EnforcerTest : public testing::Test {
 protected:
  static Key key_of(const std::string& raw, const std::string& user = "alice") {
    Key key;
    key.digest = digest_of(raw);
    std::copy_n(("id-" + raw + "......").begin(), key.id.size(), key.id.begin());
    key.tenant = "acme";
    key.user = user;
    return key;
  }
  Enforced apply(Change change) { return enforcer_.apply({++revision_, {std::move(change)}}); }

  /// A key that is there and in use.
  KeyEntry& use(const Key& key) {
    apply(key);
    KeyEntry& entry = *index_.find(key.digest);
    (void)slots_.place_of(entry);
    return entry;
  }
  sp_verdict verdict(const KeyEntry& key) {
    return static_cast<sp_verdict>(memory_.slot_memory().slots[key.slot.load()].verdict);
  }

  MemoryTables memory_{OuterDoorConfig{}};
  KeyIndex index_;
  SlotTable slots_{memory_.slot_memory()};
  DeniedKeys denied_{memory_.denied_keys(), true};
  CidrList cidrs_{memory_.cidrs()};
  BanList bans_{memory_.sources()};
  Enforcer enforcer_{index_, slots_, denied_, cidrs_, bans_};
  Revision revision_ = 0;
};

TEST_F(EnforcerTest, SuspendedKeyIsCondemnedAndResumedIsNot) {
  Key key = key_of("a");
  KeyEntry& entry = use(key);
  key.state = Standing::kSuspended;
  EXPECT_EQ(apply(key).condemned, std::vector<KeyEntry*>{&entry});
  EXPECT_EQ(verdict(entry), SP_DROP_KEY_SUSPENDED);
  key.state = Standing::kActive;
  EXPECT_TRUE(apply(key).condemned.empty());
  EXPECT_EQ(verdict(entry), SP_PASS_BOUND);
}

TEST_F(EnforcerTest, OwnersSuspensionCondemnsWhatWasGoodWithOrWithoutASlot) {
  KeyEntry& placed = use(key_of("a"));
  Key unplaced = key_of("b");
  apply(unplaced);
  Key suspended = key_of("c");
  suspended.state = Standing::kSuspended;
  apply(suspended);
  KeyEntry& of_bob = use(key_of("d", "bob"));

  User alice{.tenant = "acme", .name = "alice", .state = Lifecycle::kSuspended};
  auto condemned = apply(alice).condemned;
  EXPECT_EQ(condemned.size(), 2U);
  EXPECT_EQ(std::count(condemned.begin(), condemned.end(), &placed), 1);
  EXPECT_EQ(verdict(placed), SP_DROP_OWNER_INACTIVE);
  EXPECT_EQ(verdict(of_bob), SP_PASS_BOUND);
  alice.state = Lifecycle::kActive;
  EXPECT_TRUE(apply(alice).condemned.empty());
  EXPECT_EQ(verdict(placed), SP_PASS_BOUND) << "the kernel lets it pass again at once";

  const Tenant acme{.name = "acme", .state = Lifecycle::kSuspended};
  EXPECT_EQ(apply(acme).condemned.size(), 3U);
  EXPECT_EQ(verdict(of_bob), SP_DROP_OWNER_INACTIVE);
}

TEST_F(EnforcerTest, TransferCondemnsTheFormerAssociationAndStartsAnother) {
  Key key = key_of("a");
  KeyEntry& before = use(key);
  const auto slot = before.slot.load();
  const auto generation = memory_.slot_memory().slots[slot].generation;
  key.user = "bob";
  EXPECT_EQ(apply(key).condemned, std::vector<KeyEntry*>{&before});
  EXPECT_TRUE(slots_.is_condemned({slot, generation, 0}));
  EXPECT_EQ(check_standing(before, unix_now()), CheckCode::kRevokedKey);

  KeyEntry& after = *index_.find(key.digest);
  EXPECT_EQ(after.owner->user, "bob");
  EXPECT_EQ(check_standing(after, unix_now()), CheckCode::kAllowed);
  EXPECT_NE(slots_.place_of(after).slot, slot);
  EXPECT_EQ(slots_.read_back(unix_now()), 0U);
  EXPECT_EQ(after.denied_row, DeniedRow::kAbsent) << "its digest is not refused in clear";
  key.state = Standing::kRevoked;
  apply(key);
  EXPECT_EQ(after.denied_row, DeniedRow::kPresent);
  EXPECT_EQ(before.denied_row, DeniedRow::kAbsent);
}

TEST_F(EnforcerTest, ChangedLimitHoldsNobodyUpForWhatTheOldOneLet) {
  Key key = key_of("a");
  key.limit = {.per_second = 1, .burst = 100};
  KeyEntry& entry = use(key);
  const BootNs now = boot_now();
  for (int i = 0; i < 101; ++i) ASSERT_TRUE(slots_.spend_request(entry, 0, now).admitted);
  ASSERT_FALSE(slots_.spend_request(entry, 0, now).admitted);
  key.note = "nothing about limits";
  apply(key);
  EXPECT_FALSE(slots_.spend_request(entry, 0, now).admitted) << "other changes give nothing away";

  key.limit = {.per_second = 1000, .burst = 0};
  apply(key);
  EXPECT_TRUE(slots_.spend_request(entry, 0, now + 20'000'000).admitted);
  EXPECT_FALSE(slots_.spend_request(entry, 0, now + 20'000'000).admitted);
  key.traffic = {.packets_per_second = 10, .packet_burst = 1};
  apply(key);
  EXPECT_EQ(memory_.slot_memory().slots[entry.slot.load()].limits.packet_cost_ns, 100'000'000U);
}

TEST_F(EnforcerTest, ExpiryCondemnsInItsSecondWithoutBeingAsked) {
  const UnixSeconds now = unix_now();
  Key key = key_of("a");
  key.expires_at = now + 30;
  KeyEntry& entry = use(key);
  EXPECT_TRUE(enforcer_.expire(now + 29).empty());
  EXPECT_EQ(verdict(entry), SP_PASS_BOUND);
  EXPECT_EQ(enforcer_.expire(now + 30), std::vector<KeyEntry*>{&entry});
  EXPECT_EQ(verdict(entry), SP_DROP_KEY_EXPIRED);
  EXPECT_TRUE(enforcer_.expire(now + 31).empty());
}

}  // namespace
}  // namespace sallyport::test
