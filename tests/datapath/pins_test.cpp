// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "agent/base/unique_fd.hpp"
#include "agent/datapath/outer_door.hpp"
#include "bpf/abi/control.h"
#include "tests/support/door_sandbox.hpp"
#include "tests/support/standing_door.hpp"

namespace sallyport::test {
namespace {

/// What outlives an agent, and what the next one makes of it.
class PinsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto lack = DoorSandbox::lack(); !lack.empty()) GTEST_SKIP() << lack;
    sandbox_ = std::make_unique<DoorSandbox>();
    config_ = sandbox_->config({"edge"});
  }

  std::unique_ptr<OuterDoor> open() {
    auto door = open_and_attach(config_);
    EXPECT_TRUE(door) << to_string(door.error());
    return door ? std::move(*door) : nullptr;
  }

  /// Runs `body` in a process of its own; how that ended, as waitpid says it.
  static int in_child(const std::function<int()>& body) {
    const pid_t child = fork();
    if (child == 0) _exit(body());
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return status;
  }

  [[nodiscard]] std::string pin(const std::string& below) const {
    return config_.pin_directory + "/v" + std::to_string(SP_ABI_VERSION) + "/" + below;
  }
  /// Loads with the pinned tables, made where they are not there, and attaches nothing.
  Result<BpfObject> load_pinned() {
    PinPlan plan;
    plan.tables = pin_directory_of(config_.pin_directory);
    EXPECT_TRUE(make_pin_directory(plan.tables));
    return BpfObject::load_pinned({.connections = 64, .sources = 64, .key_slots = 16}, plan,
                                  notes_);
  }
  [[nodiscard]] sp_control control_row() const {
    const UniqueFd control(bpf_obj_get(pin("maps/sp_control").c_str()));
    const __u32 zero = 0;
    sp_control row{};
    EXPECT_EQ(bpf_map_lookup_elem(control.get(), &zero, &row), 0);
    return row;
  }
  [[nodiscard]] static bool is_there(const std::string& path) {
    return access(path.c_str(), F_OK) == 0;
  }
  static sp_source_state ban() {
    sp_source_state state{};
    state.expires_ns = SP_NEVER;
    state.verdict = SP_DROP_SOURCE_BANNED;
    return state;
  }

  std::unique_ptr<DoorSandbox> sandbox_;
  OuterDoorConfig config_;
  std::vector<std::string> notes_;
  const Address source_ = Address::parse("192.0.2.7").value();
};

TEST_F(PinsTest, KilledAgentsProgramAndTablesAreTakenOverByTheNextOne) {
  const int status = in_child([&] {
    auto door = open_and_attach(config_);
    if (!door || !(*door)->tables().sources().put(source_, ban())) return 1;
    auto& slot = (*door)->tables().slot_memory().slots[5];
    slot.generation = 9;
    slot.verdict = SP_DROP_KEY_REVOKED;
    return raise(SIGKILL);
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto link = sandbox_->link_id(pin("links/edge"));
  const auto program = sandbox_->xdp_program_on("edge");
  ASSERT_NE(link, 0U);
  ASSERT_NE(program, 0U) << "the kernel keeps the program";

  const auto door = open();
  ASSERT_TRUE(door);
  EXPECT_EQ(door->attachments()[0].attached, "native");
  EXPECT_EQ(sandbox_->link_id(pin("links/edge")), link) << "the same link: no gap";
  EXPECT_NE(sandbox_->xdp_program_on("edge"), program) << "with the new program behind it";
  const auto rows = door->tables().sources().rows().value();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].source, source_);
  EXPECT_EQ(door->tables().slot_memory().slots[5].generation, 9U);
  EXPECT_EQ(door->tables().slot_memory().slots[5].verdict, static_cast<__u32>(SP_DROP_KEY_REVOKED));
}

TEST_F(PinsTest, UntilItIsAttachedTheOldProgramJudgesByTablesThatAreWrittenAlready) {
  ASSERT_TRUE(open());
  const auto program = sandbox_->xdp_program_on("edge");
  const auto next = OuterDoor::open(config_);
  ASSERT_TRUE(next) << to_string(next.error());
  EXPECT_EQ(sandbox_->xdp_program_on("edge"), program);
  EXPECT_TRUE((*next)->attachments().empty());
  EXPECT_TRUE((*next)->tables().sources().put(source_, ban()));
  ASSERT_TRUE((*next)->attach());
  EXPECT_NE(sandbox_->xdp_program_on("edge"), program);
  EXPECT_EQ((*next)->attachments().size(), 1U);
}

TEST_F(PinsTest, PaceAndSamplingGoOnUntilTheyAreSetAgain) {
  const auto before = load_pinned();
  ASSERT_TRUE(before) << to_string(before.error());
  const auto tables = KernelTables::open(*before);
  ASSERT_TRUE(tables) << to_string(tables.error());
  ASSERT_TRUE((*tables)->set_pace(1000, 7000));
  ASSERT_TRUE((*tables)->sample(64, 8));

  const auto after = load_pinned();
  ASSERT_TRUE(after) << to_string(after.error());
  ASSERT_TRUE(KernelTables::open(*after));
  const auto row = control_row();
  EXPECT_EQ(row.pace_cost_ns, 1000U);
  EXPECT_EQ(row.pace_burst_ns, 7000U);
  EXPECT_EQ(row.sample_drops, 64U);
  EXPECT_EQ(row.sample_passes, 8U);
}

TEST_F(PinsTest, RestartReplacesTheTcFilterByOne) {
  config_.interfaces = {"lo"};
  ASSERT_TRUE(open());
  const auto first = sandbox_->tc_program_on("lo");
  ASSERT_TRUE(open());
  EXPECT_NE(sandbox_->tc_program_on("lo"), first);
  sandbox_->command("test $(tc filter show dev lo ingress | grep -c direct-action) = 1");
}

TEST_F(PinsTest, InterfaceMadeAnewGetsANewLink) {
  ASSERT_TRUE(open());
  const auto link = sandbox_->link_id(pin("links/edge"));
  sandbox_->command("ip link del edge");
  sandbox_->command("ip link add edge type veth peer name peer");
  const auto door = open();
  ASSERT_TRUE(door);
  EXPECT_EQ(door->attachments()[0].attached, "native");
  EXPECT_NE(sandbox_->link_id(pin("links/edge")), link);
  EXPECT_NE(sandbox_->xdp_program_on("edge"), 0U);
}

TEST_F(PinsTest, InterfaceWithADotInItsNameIsPinnedAndFoundAgain) {
  sandbox_->command("ip link set edge down name edge.100");
  config_.interfaces = {"edge.100"};
  ASSERT_TRUE(open());
  const auto link = sandbox_->link_id(pin("links/edge:100"));
  ASSERT_NE(link, 0U);
  const auto door = open();
  ASSERT_TRUE(door);
  EXPECT_TRUE(door->notes().empty());
  EXPECT_EQ(sandbox_->link_id(pin("links/edge:100")), link);
}

TEST_F(PinsTest, DetachRemovesEverythingAndSaysSo) {
  ASSERT_TRUE(open());
  const auto removed = OuterDoor::detach(config_);
  ASSERT_TRUE(removed) << to_string(removed.error());
  EXPECT_EQ(removed->front(), "XDP program from edge");
  EXPECT_EQ(removed->size(), 1U + 21U) << "the program and twenty-one maps";
  EXPECT_EQ(sandbox_->xdp_program_on("edge"), 0U);
  EXPECT_FALSE(is_there(config_.pin_directory));

  const auto again = OuterDoor::detach(config_);
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_TRUE(again->empty());
}

TEST_F(PinsTest, PinnedCapacityIsKeptAndNoted) {
  ASSERT_TRUE(open());
  config_.max_sources = 128;
  const auto door = open();
  ASSERT_TRUE(door);
  ASSERT_EQ(door->notes().size(), 1U);
  EXPECT_EQ(door->notes()[0].find("sp_sources keeps its capacity of 64 instead of 128"), 0U);
  for (const auto& use : door->tables().use()) {
    if (use.name == std::string("sources")) {
      EXPECT_EQ(use.capacity, 64U);
    }
  }
}

TEST_F(PinsTest, MapOfAnotherBuildIsRefusedUntilDetached) {
  ASSERT_TRUE(open());
  ASSERT_EQ(unlink(pin("maps/sp_sources").c_str()), 0);
  const UniqueFd other(bpf_map_create(BPF_MAP_TYPE_HASH, "sp_sources", 4, 4, 64, nullptr));
  ASSERT_EQ(bpf_obj_pin(other.get(), pin("maps/sp_sources").c_str()), 0);
  const auto program = sandbox_->xdp_program_on("edge");

  const auto door = open_and_attach(config_);
  ASSERT_FALSE(door);
  EXPECT_EQ(door.error().code, Errc::kIncompatible);
  EXPECT_NE(door.error().remedy.find("sallyportd --detach"), std::string::npos);
  EXPECT_EQ(sandbox_->xdp_program_on("edge"), program) << "what is in force stays";

  ASSERT_TRUE(OuterDoor::detach(config_));
  EXPECT_TRUE(open());
}

TEST_F(PinsTest, TablesOfAnotherAbiVersionAreRefusedUntouched) {
  ASSERT_TRUE(open());
  const UniqueFd control(bpf_obj_get(pin("maps/sp_control").c_str()));
  const __u32 zero = 0;
  sp_control other{};
  other.abi_version = SP_ABI_VERSION + 1;
  ASSERT_EQ(bpf_map_update_elem(control.get(), &zero, &other, BPF_ANY), 0);

  const auto door = open_and_attach(config_);
  ASSERT_FALSE(door);
  EXPECT_EQ(door.error().code, Errc::kIncompatible);
  sp_control kept{};
  ASSERT_EQ(bpf_map_lookup_elem(control.get(), &zero, &kept), 0);
  EXPECT_EQ(kept.abi_version, other.abi_version);
  EXPECT_EQ(kept.flags, 0U);
}

TEST_F(PinsTest, DirectoryThatIsNoBpffsIsRefusedWithTheCommandToMountOne) {
  config_.pin_directory = "/tmp/sallyport-no-bpffs";
  const auto door = open_and_attach(config_);
  ASSERT_FALSE(door);
  EXPECT_EQ(door.error().code, Errc::kUnavailable);
  EXPECT_NE(door.error().remedy.find("mount -t bpf bpf /sys/fs/bpf"), std::string::npos);
  EXPECT_FALSE(is_there(config_.pin_directory));
  EXPECT_EQ(sandbox_->xdp_program_on("edge"), 0U);
}

TEST_F(PinsTest, WithoutPrivilegesTheOnesThatAreNeededAreNamed) {
  const int status = in_child([&] {
    if (setgid(65534) != 0 || setuid(65534) != 0) return 2;
    const auto door = open_and_attach(config_);
    if (door || door.error().code != Errc::kDenied) return 3;
    return door.error().remedy.find("CAP_BPF") == std::string::npos ? 4 : 0;
  });
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace sallyport::test
