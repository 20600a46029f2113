// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <netinet/in.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "bpf/abi/control.h"
#include "tests/support/abi3_door.hpp"
#include "tests/support/door_sandbox.hpp"
#include "tests/support/failing_steps.hpp"
#include "tests/support/standing_door.hpp"

namespace sallyport::test {
namespace {

/// The door of an agent of ABI version 3 gives way to the present one.
class UpgradeTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto lack = DoorSandbox::lack(); !lack.empty()) GTEST_SKIP() << lack;
    sandbox_ = std::make_unique<DoorSandbox>();
    config_ = sandbox_->config({"edge"});
    stand_up(3);
  }

  void stand_up(unsigned version) {
    earlier_ = std::make_unique<Abi3Door>(config_.pin_directory, "edge", version);
    program_ = DoorSandbox::xdp_program_on("edge");
    link_ = DoorSandbox::link_id(earlier_->pins().links + "/edge");
  }
  std::unique_ptr<OuterDoor> open() {
    auto door = OuterDoor::open(config_);
    EXPECT_TRUE(door) << to_string(door.error());
    return door ? std::move(*door) : nullptr;
  }
  Failure refusal() {
    const auto door = OuterDoor::open(config_);
    EXPECT_FALSE(door);
    return door ? Failure{} : door.error();
  }

  [[nodiscard]] static bool is_there(const std::string& path) {
    return access(path.c_str(), F_OK) == 0;
  }
  /// The old door is as it was, and nothing of the new one is left.
  void expect_untouched() {
    EXPECT_EQ(DoorSandbox::xdp_program_on("edge"), program_);
    EXPECT_EQ(DoorSandbox::link_id(earlier_->pins().links + "/edge"), link_);
    EXPECT_NE(pinned_map_id(earlier_->pins().maps + "/sp_sources"), 0U);
    EXPECT_FALSE(is_there(ours_().path));
    EXPECT_FALSE(is_there(unfinished_pins_of(config_.pin_directory).path));
  }
  /// The new door is behind the same link, and nothing of the old one is left.
  void expect_taken_over() {
    EXPECT_NE(DoorSandbox::xdp_program_on("edge"), program_);
    EXPECT_EQ(DoorSandbox::link_id(ours_().links + "/edge"), link_) << "the same link: no gap";
    EXPECT_FALSE(is_there(earlier_->pins().path));
    EXPECT_FALSE(is_there(unfinished_pins_of(config_.pin_directory).path));
  }
  [[nodiscard]] PinDirectory ours_() const { return pin_directory_of(config_.pin_directory); }

  /// A ban as version 3 wrote it: in the map; the agent repairs the lines from there.
  void ban_in_version_3() const {
    sp_source_state state{};
    state.expires_ns = SP_NEVER;
    state.verdict = SP_DROP_SOURCE_OFFENDER;
    earlier_->put("sp_sources", source_.to_abi(), state);
    earlier_->set_control(3, SP_HAVE_SOURCES | SP_HAVE_CONNECTIONS | SP_HAVE_CIDRS);
  }
  static bool has_ban(OuterDoor& door) {
    const auto rows = door.tables().sources().rows();
    return rows && rows->size() == 1 && (*rows)[0].source == source_;
  }

  std::unique_ptr<DoorSandbox> sandbox_;
  OuterDoorConfig config_;
  std::unique_ptr<Abi3Door> earlier_;
  std::uint32_t program_ = 0;
  std::uint32_t link_ = 0;
  inline static const Address source_ = Address::parse("192.0.2.7").value();
};

TEST_F(UpgradeTest, OldProgramJudgesUntilTheNewOneIsSwappedInBehindTheSameLink) {
  auto door = open();
  ASSERT_TRUE(door);
  EXPECT_EQ(DoorSandbox::xdp_program_on("edge"), program_);
  ASSERT_TRUE(door->attach());
  expect_taken_over();
  EXPECT_EQ(door->attachments()[0].attached, "native");
  ASSERT_EQ(door->notes().size(), 1U);
  EXPECT_EQ(door->notes()[0], "took over from the outer door pinned in " + earlier_->pins().path +
                                  ", whose pins are removed");
}

TEST_F(UpgradeTest, WhatIsInNoRegistryGoesAlong) {
  ban_in_version_3();
  sp_key_slot slot{};
  slot.generation = 9;
  slot.verdict = Abi3Door::kKeyRevoked;
  earlier_->put("sp_key_slots", __u32{5}, slot);
  sp_key_clocks clocks{};
  clocks.bytes_ns = 77;
  earlier_->put("sp_key_clocks", __u32{5}, clocks);
  const auto connection = Address::parse("2001:db8::7").value();
  earlier_->put("sp_connections", sp_connection_key{connection.to_abi(), htons(4000), 1},
                sp_connection{.slot = 5, .generation = 9, .superseded = 0});

  auto door = open();
  ASSERT_TRUE(door);
  EXPECT_TRUE(has_ban(*door));
  EXPECT_EQ(door->tables().slot_memory().slots[5].generation, 9U);
  EXPECT_EQ(door->tables().slot_memory().slots[5].verdict, __u32{SP_DROP_KEY_REVOKED});
  EXPECT_EQ(door->tables().slot_memory().clocks[5].bytes_ns, 77U);
  const auto rows = door->tables().connections().rows();
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ((*rows)[0].binding.slot, 5U);

  const auto unfinished = unfinished_pins_of(config_.pin_directory);
  for (const auto* map : {"sp_sources", "sp_source_lines", "sp_connections", "sp_connection_lines",
                          "sp_key_slots", "sp_key_clocks", "sp_paces", "sp_event_losses"}) {
    EXPECT_EQ(pinned_map_id(unfinished.maps + "/" + map),
              pinned_map_id(earlier_->pins().maps + "/" + map))
        << map << ": one map, so that what the old program still writes is not lost";
  }
}

TEST_F(UpgradeTest, ControlRowGoesAlongWithoutTheFlagsOfTablesThatBeginAnew) {
  ban_in_version_3();
  auto door = open();
  ASSERT_TRUE(door);
  const UniqueFd control(
      bpf_obj_get((unfinished_pins_of(config_.pin_directory).maps + "/sp_control").c_str()));
  const __u32 zero = 0;
  sp_control row{};
  ASSERT_EQ(bpf_map_lookup_elem(control.get(), &zero, &row), 0);
  EXPECT_EQ(row.abi_version, __u32{SP_ABI_VERSION});
  EXPECT_EQ(row.flags, SP_HAVE_SOURCES | SP_HAVE_CONNECTIONS) << "no prefixes";
  EXPECT_EQ(row.seed, Abi3Door::kSeed) << "or no row of a line would be found";
  EXPECT_EQ(row.pace_cost_ns, 1000U);
  EXPECT_EQ(row.pace_burst_ns, 7000U);
}

TEST_F(UpgradeTest, CountersGoOn) {
  earlier_->set_counter(Abi3Door::kKeyRevoked,
                        {.packets = 3, .bytes = 5, .observed_packets = 7, .observed_bytes = 11});
  const auto door = open();
  ASSERT_TRUE(door);
  ASSERT_TRUE(door->attach());
  const auto counters = door->tables().counters().counters().value();
  const auto cpus = static_cast<std::uint64_t>(libbpf_num_possible_cpus());
  EXPECT_EQ(counters[SP_DROP_KEY_REVOKED].packets, 3 * cpus);
  EXPECT_EQ(counters[SP_DROP_KEY_REVOKED].bytes, 5 * cpus);
  EXPECT_EQ(counters[SP_DROP_KEY_REVOKED].observed_packets, 7 * cpus);
  EXPECT_EQ(counters[SP_DROP_KEY_REVOKED].observed_bytes, 11 * cpus);
  EXPECT_EQ(counters[SP_DROP_KEY_SUSPENDED].packets, 0U);
}

TEST_F(UpgradeTest, CondemnedSourceIsDroppedByTheNewProgram) {
  ban_in_version_3();
  const auto door = open();
  ASSERT_TRUE(door);
  sp_service_key service{};
  service.local_port = htons(443);
  service.protocol = IPPROTO_TCP;
  sp_service api{};
  api.id = 1;
  api.mode = SP_MODE_ENFORCE;
  ASSERT_TRUE(door->tables().services().put(service, api));
  ASSERT_TRUE(door->attach());
  DoorSandbox::send("peer", PacketBuilder{}.build());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  std::uint64_t dropped = 0;
  while (dropped == 0 && std::chrono::steady_clock::now() < deadline) {
    dropped = door->tables().counters().counters().value()[SP_DROP_SOURCE_OFFENDER].packets;
    std::this_thread::yield();
  }
  EXPECT_EQ(dropped, 1U);
}

TEST_F(UpgradeTest, RefusedStepLeavesTheOldDoorAsItWas) {
  sandbox_->command("ip link add edge2 type veth peer name peer2");
  earlier_->attach("edge2");
  config_.interfaces = {"edge", "edge2"};
  // Name the tables; of each interface move the link, swap.
  for (unsigned step = 1; step <= 5; ++step) {
    {
      const auto door = open();
      ASSERT_TRUE(door);
      FailingSteps steps(step);
      EXPECT_FALSE(door->attach(steps)) << "step " << step;
    }
    expect_untouched();
    EXPECT_EQ(DoorSandbox::xdp_program_on("edge2"), program_);
    EXPECT_TRUE(is_there(earlier_->pins().links + "/edge2"));
  }
}

TEST_F(UpgradeTest, PinsThatCouldNotBeRemovedAreToldAndRemovedByTheNextStart) {
  {
    const auto door = open();
    ASSERT_TRUE(door);
    FailingSteps steps(5);  // after the other hook was looked at
    ASSERT_TRUE(door->attach(steps));
    EXPECT_EQ(door->notes().at(0), "refused by the test");
    EXPECT_TRUE(is_there(earlier_->pins().path));
  }
  ASSERT_TRUE(open_and_attach(config_));
  expect_taken_over();
}

TEST_F(UpgradeTest, AgentKilledAtAnyStepIsFollowedByOneThatFinishes) {
  for (unsigned step = 1; step <= 6; ++step) {
    ban_in_version_3();
    const pid_t child = fork();
    if (child == 0) {
      FailingSteps steps(step, FailingSteps::How::kKill);
      if (auto door = OuterDoor::open(config_)) (void)(*door)->attach(steps);
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << "there is no step " << step;
    EXPECT_NE(DoorSandbox::xdp_program_on("edge"), 0U);

    const auto door = open_and_attach(config_);
    ASSERT_TRUE(door) << to_string(door.error());
    EXPECT_TRUE(has_ban(**door)) << "step " << step;
    expect_taken_over();
    ASSERT_TRUE(OuterDoor::detach(config_));
    stand_up(3);
  }
}

}  // namespace
}  // namespace sallyport::test
