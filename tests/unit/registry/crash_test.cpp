// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "agent/registry/store_check.hpp"
#include "tests/unit/registry/registry_fixture.hpp"

namespace sallyport::test {
namespace {

struct Acknowledged {
  Revision revision;
  KeyId id;
};

/// In a process of its own: makes keys and revokes every other one, and says so after each commit.
[[noreturn]] void commit_until_killed(const std::string& file, int acknowledge) {
  auto store = SqliteStore::open(file);
  if (!store) _exit(1);
  Registry registry(**store);
  for (;;) {
    const auto spec = spec_of(to_view(make_key_id()));
    auto commit = registry.create_key(kOperator, spec, kNow);
    if (commit && spec.id[0] % 2 == 0) {
      commit = registry.set_key_state(kOperator, to_view(spec.id), Standing::kRevoked, "", kNow);
    }
    if (!commit) _exit(1);
    const Acknowledged said{commit->revision, spec.id};
    if (write(acknowledge, &said, sizeof said) != sizeof said) _exit(1);
  }
}

/// What a process that was killed after about `most` acknowledgements had acknowledged.
std::vector<Acknowledged> run_and_kill(const std::string& file, std::size_t most) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    commit_until_killed(file, ends[1]);
  }
  close(ends[1]);
  std::vector<Acknowledged> all;
  Acknowledged said{};
  while (read(ends[0], &said, sizeof said) == sizeof said) {
    all.push_back(said);
    if (all.size() == most) kill(child, SIGKILL);  // and read on: some were said in the meantime
  }
  close(ends[0]);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  return all;
}

class CrashTest : public RegistryFixture {};

TEST_F(CrashTest, EveryAcknowledgedChangeIsThereAfterAKill) {
  std::mt19937 random(3);
  for (int round = 0; round < 12; ++round) {
    registry_.reset();
    store_.reset();
    const auto acknowledged = run_and_kill(file_, 1 + random() % 40);
    ASSERT_FALSE(acknowledged.empty());
    open();

    EXPECT_GE(registry().revision().value(), acknowledged.back().revision);
    for (const auto& [revision, id] : acknowledged) {
      const auto key = registry().get_key(to_view(id));
      ASSERT_TRUE(key) << "revision " << revision;
      EXPECT_EQ(key->state, id[0] % 2 == 0 ? Standing::kRevoked : Standing::kActive);
    }
    Revision seen = 0;
    for (const auto& line : registry().changes_since(0, 1000000).value()) {
      ASSERT_EQ(line.revision, ++seen);
    }
    EXPECT_EQ(seen, registry().revision().value());
    registry_.reset();
    store_.reset();
    const auto condition = check_store(file_);
    ASSERT_TRUE(condition) << to_string(condition.error());
    EXPECT_TRUE(condition->faults.empty()) << condition->faults.front();
  }
}

}  // namespace
}  // namespace sallyport::test
