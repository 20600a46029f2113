// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/outer_door.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/door_sandbox.hpp"
#include "tests/support/raw_program.hpp"
#include "tests/support/real_frames.hpp"
#include "tests/support/standing_door.hpp"

namespace sallyport::test {
namespace {

using Door = std::unique_ptr<OuterDoor>;

class OuterDoorTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto lack = DoorSandbox::lack(); !lack.empty()) GTEST_SKIP() << lack;
    sandbox_ = std::make_unique<DoorSandbox>();
  }

  Door open(const OuterDoorConfig& config) {
    auto door = open_and_attach(config);
    EXPECT_TRUE(door) << to_string(door.error());
    return door ? std::move(*door) : nullptr;
  }
  Door open_on(const std::string& interface) { return open(sandbox_->config({interface})); }

  /// Somebody else's XDP program; it stays while the descriptor is open.
  UniqueFd attach_foreign_xdp(const std::string& interface) {
    const auto program = load_returning(BPF_PROG_TYPE_XDP, "foreign", XDP_PASS);
    LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_DRV_MODE);
    UniqueFd link(bpf_link_create(
        program.get(), static_cast<int>(if_nametoindex(interface.c_str())), BPF_XDP, &options));
    EXPECT_TRUE(link);
    return link;
  }

  /// Somebody else's TC filter on lo.
  static void attach_foreign_tc(std::uint32_t priority) {
    const auto program = load_returning(BPF_PROG_TYPE_SCHED_CLS, "foreign", 0);
    LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = 1, .attach_point = BPF_TC_INGRESS);
    LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = program.get(), .handle = 1, .priority = priority);
    ASSERT_EQ(bpf_tc_hook_create(&hook), 0);
    ASSERT_EQ(bpf_tc_attach(&hook, &options), 0);
  }

  std::unique_ptr<DoorSandbox> sandbox_;
};

TEST_F(OuterDoorTest, AttachesNativelyAndDropsRealFrames) {
  const auto door = open_on("edge");
  ASSERT_TRUE(door);
  ASSERT_EQ(door->attachments().size(), 1U);
  EXPECT_EQ(door->attachments()[0].attached, "native");
  EXPECT_EQ(door->attachments()[0].why, "");
  EXPECT_TRUE(door->notes().empty());
  EXPECT_NE(sandbox_->xdp_program_on("edge"), 0U);
  EXPECT_EQ(sandbox_->tc_program_on("edge"), 0U);
  expect_drops_real_frames(*door);
}

TEST_F(OuterDoorTest, TcDropsRealFramesToo) {
  auto config = sandbox_->config({"edge"});
  config.attach = Attach::kTc;
  const auto door = open(config);
  ASSERT_TRUE(door);
  EXPECT_EQ(door->attachments()[0].attached, "tc");
  EXPECT_EQ(door->attachments()[0].why, "the configuration asks for TC");
  EXPECT_EQ(sandbox_->xdp_program_on("edge"), 0U);
  expect_drops_real_frames(*door);
}

TEST_F(OuterDoorTest, ForeignXdpProgramSurvivesOpenAndDetach) {
  const auto foreign = attach_foreign_xdp("edge");
  const auto id = sandbox_->xdp_program_on("edge");

  const auto door = open_on("edge");
  ASSERT_TRUE(door);
  EXPECT_EQ(door->attachments()[0].attached, "tc");
  EXPECT_NE(door->attachments()[0].why.find("another XDP program is on it (foreign"),
            std::string::npos)
      << door->attachments()[0].why;
  EXPECT_NE(sandbox_->tc_program_on("edge"), 0U);
  EXPECT_EQ(sandbox_->xdp_program_on("edge"), id);
  expect_drops_real_frames(*door);

  ASSERT_TRUE(OuterDoor::detach(sandbox_->config({"edge"})));
  EXPECT_EQ(sandbox_->tc_program_on("edge"), 0U);
  EXPECT_EQ(sandbox_->xdp_program_on("edge"), id);
}

TEST_F(OuterDoorTest, NativeOnlyRefusesWhereSomebodyElseIs) {
  const auto foreign = attach_foreign_xdp("edge");
  auto config = sandbox_->config({"edge"});
  config.attach = Attach::kNative;
  const auto door = open_and_attach(config);
  ASSERT_FALSE(door);
  EXPECT_EQ(door.error().code, Errc::kConflict);
  EXPECT_EQ(door.error().message.find("interface edge: another XDP program"), 0U);
  EXPECT_EQ(sandbox_->tc_program_on("edge"), 0U);
}

TEST_F(OuterDoorTest, FailureLeavesNothingNewlyAttached) {
  sandbox_->command("ip link add edge2 type veth peer name peer2");
  const auto foreign = attach_foreign_xdp("edge2");
  auto config = sandbox_->config({"edge", "edge2"});
  config.attach = Attach::kNative;
  EXPECT_FALSE(open_and_attach(config));
  EXPECT_EQ(sandbox_->xdp_program_on("edge"), 0U);

  // What was there before stays in force.
  ASSERT_TRUE(open_on("edge"));
  EXPECT_FALSE(open_and_attach(config));
  EXPECT_NE(sandbox_->xdp_program_on("edge"), 0U);
}

TEST_F(OuterDoorTest, LoopbackFallsBackToTc) {
  const auto door = open_on("lo");
  ASSERT_TRUE(door);
  EXPECT_EQ(door->attachments()[0].attached, "tc");
  EXPECT_EQ(door->attachments()[0].why, "the driver has no native XDP");
}

TEST_F(OuterDoorTest, ForeignTcFiltersSurviveOpenAndDetach) {
  attach_foreign_tc(7);
  const auto id = sandbox_->tc_program_on("lo", 7);
  ASSERT_NE(id, 0U);
  ASSERT_TRUE(open_on("lo"));
  EXPECT_NE(sandbox_->tc_program_on("lo"), 0U);
  ASSERT_TRUE(OuterDoor::detach(sandbox_->config({"lo"})));
  EXPECT_EQ(sandbox_->tc_program_on("lo"), 0U);
  EXPECT_EQ(sandbox_->tc_program_on("lo", 7), id);
}

TEST_F(OuterDoorTest, ForeignFilterOfOurPriorityIsAConflict) {
  attach_foreign_tc(0x5350);
  const auto id = sandbox_->tc_program_on("lo");

  const auto door = open_and_attach(sandbox_->config({"lo"}));
  ASSERT_FALSE(door);
  EXPECT_EQ(door.error().code, Errc::kConflict);
  EXPECT_EQ(sandbox_->tc_program_on("lo"), id);
  ASSERT_TRUE(OuterDoor::detach(sandbox_->config({"lo"})));
  EXPECT_EQ(sandbox_->tc_program_on("lo"), id);
}

TEST_F(OuterDoorTest, SwitchingBetweenNativeAndTcLeavesOne) {
  auto config = sandbox_->config({"edge"});
  ASSERT_TRUE(open(config));
  config.attach = Attach::kTc;
  ASSERT_TRUE(open(config));
  EXPECT_EQ(sandbox_->xdp_program_on("edge"), 0U);
  EXPECT_NE(sandbox_->tc_program_on("edge"), 0U);
  config.attach = Attach::kAuto;
  ASSERT_TRUE(open(config));
  EXPECT_NE(sandbox_->xdp_program_on("edge"), 0U);
  EXPECT_EQ(sandbox_->tc_program_on("edge"), 0U);
}

TEST_F(OuterDoorTest, InterfacesThatLeftTheConfigurationAreLetGo) {
  sandbox_->command("ip link add edge2 type veth peer name peer2");
  ASSERT_TRUE(open(sandbox_->config({"edge", "edge2", "lo"})));
  const auto door = open_on("edge");
  ASSERT_TRUE(door);
  EXPECT_NE(sandbox_->xdp_program_on("edge"), 0U);
  EXPECT_EQ(sandbox_->xdp_program_on("edge2"), 0U);
  EXPECT_EQ(sandbox_->tc_program_on("lo"), 0U);
  EXPECT_EQ(door->notes(), (std::vector<std::string>{
                               "removed XDP program from edge2, which is not configured any more",
                               "removed TC filter from lo, which is not configured any more"}));
}

TEST_F(OuterDoorTest, InterfaceThatDoesNotExistIsNamedAndNothingIsPinned) {
  const auto door = open_and_attach(sandbox_->config({"edge", "edge9"}));
  ASSERT_FALSE(door);
  EXPECT_EQ(door.error().code, Errc::kNotFound);
  EXPECT_NE(door.error().message.find("edge9"), std::string::npos);
  EXPECT_NE(door.error().remedy.find("ip link"), std::string::npos);
  EXPECT_EQ(sandbox_->xdp_program_on("edge"), 0U);
  EXPECT_NE(access((sandbox_->bpffs() + "/sallyport").c_str(), F_OK), 0);
}

}  // namespace
}  // namespace sallyport::test
