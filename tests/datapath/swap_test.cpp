// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "agent/datapath/outer_door.hpp"
#include "tests/support/door_sandbox.hpp"
#include "tests/support/failing_steps.hpp"
#include "tests/support/standing_door.hpp"

namespace sallyport::test {
namespace {

/// A door on edge (native) and lo (TC) gives way to the next one, and something goes wrong.
class SwapTest : public testing::Test {
 protected:
  using Programs = std::pair<std::uint32_t, std::uint32_t>;

  void SetUp() override {
    if (const auto lack = DoorSandbox::lack(); !lack.empty()) GTEST_SKIP() << lack;
    sandbox_ = std::make_unique<DoorSandbox>();
    config_ = sandbox_->config({"edge", "lo"});
  }

  [[nodiscard]] static Programs programs() {
    return {DoorSandbox::xdp_program_on("edge"), DoorSandbox::tc_program_on("lo")};
  }
  /// Attaches the next door and returns what went wrong.
  Failure attach_with(DoorSteps& steps) {
    auto door = OuterDoor::open(config_);
    EXPECT_TRUE(door) << to_string(door.error());
    if (!door) return {};
    const auto done = (*door)->attach(steps);
    notes_ = (*door)->notes();
    return done ? Failure{} : done.error();
  }

  // attach_xdp on edge, attach_xdp on lo (which has none), attach_tc on lo: then all are in place.
  static constexpr unsigned kStepsOfAttaching = 3;

  std::unique_ptr<DoorSandbox> sandbox_;
  OuterDoorConfig config_;
  std::vector<std::string> notes_;
};

TEST_F(SwapTest, RefusedStepPutsTheOldProgramsBack) {
  ASSERT_TRUE(open_and_attach(config_));
  const auto before = programs();
  for (unsigned step = 1; step <= kStepsOfAttaching; ++step) {
    FailingSteps steps(step);
    const auto failed = attach_with(steps);
    EXPECT_EQ(failed.message,
              std::string("interface ") + (step == 1 ? "edge" : "lo") + ": refused by the test");
    EXPECT_EQ(programs(), before) << "after step " << step;
  }
  FailingSteps steps(100);
  EXPECT_EQ(attach_with(steps).message, "");
  EXPECT_NE(programs().first, before.first);
  EXPECT_NE(programs().second, before.second);
}

TEST_F(SwapTest, RefusedStepOfTheFirstDoorLeavesNothing) {
  constexpr unsigned kNamingTheTables = 1;
  for (unsigned step = 1; step <= kNamingTheTables + kStepsOfAttaching; ++step) {
    FailingSteps steps(step);
    EXPECT_NE(attach_with(steps).message, "");
    EXPECT_TRUE(versions_in(config_.pin_directory).empty()) << "after step " << step;
    EXPECT_EQ(programs(), Programs(0, 0)) << "after step " << step;
  }
}

TEST_F(SwapTest, UndoThatIsRefusedTooIsTold) {
  ASSERT_TRUE(open_and_attach(config_));
  class Stubborn final : public DoorSteps {
   public:
    Result<AttachOutcome> attach_xdp(int program_fd, unsigned index,
                                     const std::string& pin) override {
      if (attached_++ > 0) return failure(Errc::kDenied, "only once");
      return DoorSteps::attach_xdp(program_fd, index, pin);
    }

   private:
    int attached_ = 0;
  } steps;
  EXPECT_EQ(attach_with(steps).message,
            "interface lo: only once; interface edge was not put back as it was: only once");
}

TEST_F(SwapTest, ProgramThatCouldNotBeTakenOffTheOtherHookIsTold) {
  config_.interfaces = {"edge"};
  ASSERT_TRUE(open_and_attach(config_));
  config_.attach = Attach::kTc;
  FailingSteps steps(2);  // attach_tc, then detach_xdp
  EXPECT_EQ(attach_with(steps).message, "");
  ASSERT_EQ(notes_.size(), 1U);
  EXPECT_EQ(notes_[0], "an earlier program of ours is still on edge: refused by the test");
}

TEST_F(SwapTest, FailedSwitchFromNativeToTcLeavesNativeAlone) {
  config_.interfaces = {"edge", "lo"};
  ASSERT_TRUE(open_and_attach(config_));
  const auto before = programs();
  config_.attach = Attach::kTc;
  FailingSteps steps(2);
  EXPECT_NE(attach_with(steps).message, "");
  EXPECT_EQ(programs(), before);
  EXPECT_EQ(DoorSandbox::tc_program_on("edge"), 0U);
}

TEST_F(SwapTest, AgentKilledAtAnyStepLeavesAProgramOnEveryInterface) {
  ASSERT_TRUE(open_and_attach(config_));
  for (unsigned step = 1; step <= kStepsOfAttaching + 2; ++step) {
    const pid_t child = fork();
    if (child == 0) {
      FailingSteps steps(step, FailingSteps::How::kKill);
      (void)attach_with(steps);
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << "there is no step " << step;
    EXPECT_NE(programs().first, 0U);
    EXPECT_NE(programs().second, 0U);
  }
  EXPECT_TRUE(open_and_attach(config_));
}

}  // namespace
}  // namespace sallyport::test
