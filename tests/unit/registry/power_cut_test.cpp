// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>

#include "agent/registry/audit_chain.hpp"
#include "agent/registry/store_check.hpp"
#include "tests/support/disk_log.hpp"
#include "tests/unit/registry/registry_fixture.hpp"

namespace sallyport::test {
namespace {

/// What was said to be done, and how many steps the disk had been asked for by then.
struct Said {
  std::size_t steps = 0;
  Revision revision = 0;
  std::string id;
  Standing state = Standing::kActive;
};

/// Changes of every kind, as an agent makes them, until the store is closed.
std::vector<Said> live(const std::string& file, DiskLog& disk) {
  std::vector<Said> all;
  auto store = SqliteStore::open(file);
  EXPECT_TRUE(store);
  Registry registry(**store);
  const auto say = [&](const Result<Commit>& done, std::string id, Standing state) {
    ASSERT_TRUE(done) << to_string(done.error());
    all.push_back({disk.size(), done->revision, std::move(id), state});
  };
  say(registry.create_tenant(kOperator, "acme", kNow), "", Standing::kActive);
  say(registry.create_user(kOperator, "acme", "alice", kNow), "", Standing::kActive);
  for (int i = 0; i < 4; ++i) {
    const auto spec = spec_of("key " + std::to_string(i));
    const std::string id(to_view(spec.id));
    say(registry.create_key(kOperator, spec, kNow), id, Standing::kActive);
    const KeyUseRecord use{.id = spec.id, .at = kNow, .source = 1};
    EXPECT_TRUE(registry.save_uses({&use, 1}));
    if (i % 2 == 0) {
      say(registry.set_key_state(kOperator, id, Standing::kRevoked, "", kNow), id,
          Standing::kRevoked);
    }
  }
  // A part of an import is not said to be done before its end.
  ImportRow row{.line = 1, .key = {}};
  row.key.tenant = "acme";
  row.key.user = "carol";
  row.key.env = "live";
  row.key.digest = digest_of("imported");
  ImportReport report;
  const auto part =
      registry.import_part(kOperator, {{&row, 1}, ImportMode::kWhole, make_key_id}, report, kNow);
  EXPECT_TRUE(part);
  EXPECT_TRUE(registry.end_import(kOperator, report, "", kNow));
  const auto imported = (*store)->find_key(row.key.digest).value().value();
  all.push_back(
      {disk.size(), part->revision, std::string(to_view(imported.id)), Standing::kActive});
  return all;
}

/// Nothing that was said before the cut is missing; empty: all is well.
std::string missing_after(const std::string& file, const std::vector<Said>& all, std::size_t cut) {
  {
    const auto store = SqliteStore::open(file);
    if (!store) return to_string(store.error());
    for (const auto& said : all) {
      if (said.steps > cut) break;
      if ((*store)->revision().value() < said.revision) return "a revision is gone";
      if (said.id.empty()) continue;
      const auto key = (*store)->find_key(said.id).value();
      if (!key) return "key " + said.id + " is gone";
      if (said.state == Standing::kRevoked && key->state != said.state) return "it is good again";
    }
  }
  const auto condition = check_store(file);
  if (!condition) return to_string(condition.error());
  return condition->faults.empty() ? "" : condition->faults.front();
}

class PowerCutTest : public testing::TestWithParam<Unsynced> {};

TEST_P(PowerCutTest, AStoreOpensAndHoldsWhatWasSaidAfterACutAtAnyStep) {
  ScratchDirectory scratch;
  std::vector<Said> all;
  std::mt19937 random(7);
  const auto choose = [&] { return random() % 2 == 0; };
  DiskLog disk;
  all = live(scratch.file("registry.db"), disk);
  disk.stop();
  const std::size_t steps = disk.size();
  ASSERT_GT(steps, 100U);
  std::size_t syncs = 0;
  for (std::size_t cut = 0; cut <= steps; ++cut) {
    const bool is_sync = cut < steps && disk.step(cut).kind == DiskStep::Kind::kSync;
    syncs += is_sync ? 1 : 0;
    ScratchDirectory after;
    disk.play(cut, GetParam(), after.path(), choose);
    ASSERT_EQ(missing_after(after.file("registry.db"), all, cut), "") << "cut before step " << cut;
  }
  EXPECT_GE(syncs, all.size());
}

INSTANTIATE_TEST_SUITE_P(Cuts, PowerCutTest,
                         testing::Values(Unsynced::kLost, Unsynced::kKept, Unsynced::kTorn,
                                         Unsynced::kReordered));

}  // namespace
}  // namespace sallyport::test
