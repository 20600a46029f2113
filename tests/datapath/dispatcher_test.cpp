// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/dispatcher_attachment.hpp"

#include <bpf/libbpf.h>
#include <net/if.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/door_sandbox.hpp"
#include "tests/support/failing_steps.hpp"
#include "tests/support/real_frames.hpp"
#include "tests/support/standing_door.hpp"

namespace sallyport::test {
namespace {

using Door = std::unique_ptr<OuterDoor>;
using Names = std::vector<std::string>;

/// Debian's xdp-filter and our door share edge.
class SharingTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto lack = DoorSandbox::lack(); !lack.empty()) GTEST_SKIP() << lack;
    sandbox_ = std::make_unique<DoorSandbox>();
    config_ = sandbox_->config({"edge"});
  }

  static void load_filter() { DoorSandbox::command("xdp-filter load edge"); }
  static void unload_filter() { DoorSandbox::command("xdp-filter unload edge"); }

  Door open(Attach how) {
    config_.attach = how;
    auto door = open_and_attach(config_);
    EXPECT_TRUE(door) << to_string(door.error());
    return door ? std::move(*door) : nullptr;
  }
  static DispatcherMembers members(const std::string& interface = "edge") {
    return members_on(if_nametoindex(interface.c_str())).value();
  }
  Failure attach_with(DoorSteps& steps) {
    auto door = OuterDoor::open(config_);
    EXPECT_TRUE(door) << to_string(door.error());
    if (!door) return {};
    const auto done = (*door)->attach(steps);
    return done ? Failure{} : done.error();
  }

  std::unique_ptr<DoorSandbox> sandbox_;
  OuterDoorConfig config_;
};

bool has_freplace() {
  return libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_EXT, nullptr) == 1;
}

/// Where the kernel lets libxdp make a dispatcher.
class DispatcherTest : public SharingTest {
 protected:
  void SetUp() override {
    SharingTest::SetUp();
    if (!has_freplace()) GTEST_SKIP() << "this kernel takes no programs of type ext (freplace)";
  }
};

TEST_F(SharingTest, WithoutFreplaceWeLeaveTheInterfaceToTheOther) {
  if (has_freplace()) GTEST_SKIP() << "this kernel has it";
  config_.attach = Attach::kDispatcher;
  const auto refused = open_and_attach(config_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kUnavailable);
  EXPECT_EQ(refused.error().message.find("interface edge: this kernel takes no programs"), 0U);
  EXPECT_EQ(DoorSandbox::xdp_program_on("edge"), 0U);

  load_filter();  // libxdp attaches it alone here
  const auto theirs = DoorSandbox::xdp_program_on("edge");
  const auto door = open(Attach::kAuto);
  ASSERT_TRUE(door);
  EXPECT_EQ(door->attachments()[0].attached, "tc");
  EXPECT_NE(door->attachments()[0].why.find("(xdpfilt_alw_all"), std::string::npos);
  EXPECT_TRUE(door->notes().empty());
  expect_drops_real_frames(*door);
  ASSERT_TRUE(OuterDoor::detach(config_));
  EXPECT_EQ(DoorSandbox::xdp_program_on("edge"), theirs);
}

TEST_F(DispatcherTest, JoinsWhatIsThereAndLeavesItAlone) {
  load_filter();
  const auto door = open(Attach::kAuto);
  ASSERT_TRUE(door);
  EXPECT_EQ(door->attachments()[0].attached, "dispatcher");
  EXPECT_EQ(door->attachments()[0].why,
            "libxdp's dispatcher was there; it is shared with xdpfilt_alw_all");
  EXPECT_TRUE(door->notes().empty());
  EXPECT_EQ(DoorSandbox::tc_program_on("edge"), 0U);
  expect_drops_real_frames(*door);

  const auto removed = OuterDoor::detach(config_);
  ASSERT_TRUE(removed) << to_string(removed.error());
  EXPECT_EQ(removed->front(), "XDP program from the dispatcher on edge");
  EXPECT_EQ(members().ours.size(), 0U);
  EXPECT_EQ(members().others, Names{"xdpfilt_alw_all"});
}

TEST_F(DispatcherTest, OthersComeAndGoLater) {
  const auto door = open(Attach::kDispatcher);
  ASSERT_TRUE(door);
  EXPECT_EQ(door->attachments()[0].why, "the configuration asks for it");
  const auto ours = members().ours;
  ASSERT_EQ(ours.size(), 1U);
  load_filter();
  EXPECT_EQ(members().ours, ours);
  EXPECT_EQ(members().others, Names{"xdpfilt_alw_all"});
  expect_drops_real_frames(*door);
  unload_filter();
  EXPECT_EQ(members().ours, ours);
  expect_drops_real_frames(*door);
  ASSERT_TRUE(OuterDoor::detach(config_));
  EXPECT_EQ(DoorSandbox::xdp_program_on("edge"), 0U);
}

TEST_F(DispatcherTest, RestartPutsTheNewProgramInTheOldOnesPlace) {
  load_filter();
  ASSERT_TRUE(open(Attach::kAuto));
  const auto before = members().ours;
  const auto door = open(Attach::kAuto);
  ASSERT_TRUE(door);
  ASSERT_EQ(members().ours.size(), 1U);
  EXPECT_NE(members().ours, before);
  EXPECT_EQ(members().others, Names{"xdpfilt_alw_all"});
  expect_drops_real_frames(*door);
}

TEST_F(DispatcherTest, EveryChangeOfTheWayLeavesOne) {
  for (const auto how : {Attach::kNative, Attach::kDispatcher, Attach::kTc, Attach::kDispatcher,
                         Attach::kAuto, Attach::kTc, Attach::kAuto, Attach::kDispatcher}) {
    const auto door = open(how);
    ASSERT_TRUE(door);
    const auto way = door->attachments()[0].attached;
    EXPECT_EQ(members().ours.size(), way == "dispatcher" ? 1U : 0U) << way;
    EXPECT_EQ(DoorSandbox::tc_program_on("edge") != 0, way == "tc") << way;
    EXPECT_EQ(DoorSandbox::xdp_program_on("edge") != 0, way != "tc") << way;
    EXPECT_TRUE(door->notes().empty()) << door->notes().front();
    expect_drops_real_frames(*door);
  }
}

TEST_F(DispatcherTest, NativeOnlyDoesNotJoin) {
  load_filter();
  config_.attach = Attach::kNative;
  const auto door = open_and_attach(config_);
  ASSERT_FALSE(door);
  EXPECT_EQ(door.error().code, Errc::kConflict);
  EXPECT_EQ(members().ours.size(), 0U);
}

TEST_F(DispatcherTest, InterfaceThatLeftTheConfigurationIsLetGo) {
  DoorSandbox::command("ip link add edge2 type veth peer name peer2");
  config_.interfaces = {"edge", "edge2"};
  ASSERT_TRUE(open(Attach::kDispatcher));
  EXPECT_EQ(members("edge2").ours.size(), 1U);
  config_.interfaces = {"edge"};
  const auto door = open(Attach::kDispatcher);
  ASSERT_TRUE(door);
  EXPECT_EQ(members("edge2").ours.size(), 0U);
  EXPECT_EQ(door->notes(),
            Names{"removed XDP program from the dispatcher on edge2, which is not configured any "
                  "more"});
}

TEST_F(DispatcherTest, FailureAtAnyStepOfTheChangePutsTheLinkBack) {
  DoorSandbox::command("ip link add edge2 type veth peer name peer2");
  config_.interfaces = {"edge", "edge2"};
  ASSERT_TRUE(open(Attach::kNative));
  config_.attach = Attach::kDispatcher;
  const auto before = DoorSandbox::xdp_program_on("edge");
  // Of each interface: attach_member (refused by our link), attach_tc, detach_xdp, attach_member.
  for (unsigned step = 1; step <= 8; ++step) {
    FailingSteps steps(step);
    EXPECT_NE(attach_with(steps).message, "") << "step " << step;
    for (const auto* name : {"edge", "edge2"}) {
      EXPECT_EQ(members(name).ours.size(), 0U) << name << " after step " << step;
      EXPECT_EQ(DoorSandbox::tc_program_on(name), 0U) << name << " after step " << step;
    }
    EXPECT_EQ(DoorSandbox::xdp_program_on("edge"), before) << "step " << step;
  }
  FailingSteps steps(100);
  EXPECT_EQ(attach_with(steps).message, "");
}

TEST_F(DispatcherTest, AgentKilledAtAnyStepLeavesAProgramThatJudges) {
  load_filter();
  ASSERT_TRUE(open(Attach::kDispatcher));
  for (unsigned step = 1; step <= 4; ++step) {
    const pid_t child = fork();
    if (child == 0) {
      FailingSteps steps(step, FailingSteps::How::kKill);
      (void)attach_with(steps);
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << "there is no step " << step;
    EXPECT_GE(members().ours.size(), 1U) << "step " << step;
  }
  const auto door = open(Attach::kDispatcher);
  ASSERT_TRUE(door);
  EXPECT_EQ(members().ours.size(), 1U);
  EXPECT_EQ(members().others, Names{"xdpfilt_alw_all"});
  expect_drops_real_frames(*door);
}

}  // namespace
}  // namespace sallyport::test
