// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <unistd.h>

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/abi3_door.hpp"
#include "tests/support/door_sandbox.hpp"
#include "tests/support/standing_door.hpp"

namespace sallyport::test {
namespace {

constexpr unsigned kNewer = SP_ABI_VERSION + 1;

/// Pins of a version that can't be carried over, or that contradict themselves.
class VersionsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto lack = DoorSandbox::lack(); !lack.empty()) GTEST_SKIP() << lack;
    sandbox_ = std::make_unique<DoorSandbox>();
    config_ = sandbox_->config({"edge"});
  }

  void expect_refused(const std::string& message, const std::string& remedy) {
    const auto program = DoorSandbox::xdp_program_on("edge");
    const auto door = OuterDoor::open(config_);
    ASSERT_FALSE(door);
    EXPECT_EQ(door.error().code, Errc::kIncompatible);
    EXPECT_NE(door.error().message.find(message), std::string::npos) << door.error().message;
    EXPECT_NE(door.error().remedy.find(remedy), std::string::npos) << door.error().remedy;
    EXPECT_EQ(DoorSandbox::xdp_program_on("edge"), program) << "what is in force stays";
    EXPECT_FALSE(is_there(unfinished_pins_of(config_.pin_directory).path));
  }
  [[nodiscard]] static bool is_there(const std::string& path) {
    return access(path.c_str(), F_OK) == 0;
  }
  [[nodiscard]] const std::string& root() const { return config_.pin_directory; }

  std::unique_ptr<DoorSandbox> sandbox_;
  OuterDoorConfig config_;
};

TEST_F(VersionsTest, NewerVersionsDoorIsLeftAloneUntilItIsDetached) {
  const Abi3Door newer(root(), "edge", kNewer);
  expect_refused("is of ABI version " + std::to_string(kNewer) + ", newer than this agent's " +
                     std::to_string(SP_ABI_VERSION),
                 "sallyportd --detach");
  EXPECT_NE(pinned_map_id(newer.pins().maps + "/sp_sources"), 0U);

  const auto removed = OuterDoor::detach(config_);
  ASSERT_TRUE(removed) << to_string(removed.error());
  EXPECT_EQ(removed->front(), "XDP program from edge");
  EXPECT_FALSE(is_there(root()));
  EXPECT_TRUE(open_and_attach(config_));
}

TEST_F(VersionsTest, NewerVersionBesideOursIsRefusedToo) {
  ASSERT_TRUE(open_and_attach(config_));
  sandbox_->command("ip link add edge2 type veth peer name peer2");
  const Abi3Door newer(root(), "edge2", kNewer);
  expect_refused("newer than this agent's", "start the newer sallyportd");
}

TEST_F(VersionsTest, EmptyDirectoryOfANewerVersionIsNoDoor) {
  ASSERT_TRUE(make_pin_directory(pin_directory_of(root(), kNewer)));
  EXPECT_TRUE(open_and_attach(config_));
}

TEST_F(VersionsTest, TooOldATableBeginsAnewBehindTheSameLink) {
  const Abi3Door old(root(), "edge", 2);
  old.put("sp_sources", Address::parse("192.0.2.7").value().to_abi(), sp_source_state{});
  const auto link = DoorSandbox::link_id(old.pins().links + "/edge");
  const auto door = open_and_attach(config_);
  ASSERT_TRUE(door) << to_string(door.error());
  EXPECT_EQ((*door)->notes().at(0).find("the tables of ABI version 2 are too old"), 0U);
  EXPECT_TRUE((*door)->tables().sources().rows().value().empty());
  EXPECT_EQ(DoorSandbox::link_id(pin_directory_of(root()).links + "/edge"), link);
  EXPECT_FALSE(is_there(old.pins().path));
}

TEST_F(VersionsTest, TheNewestOfSeveralOlderOnesIsCarriedAndAllAreRemoved) {
  const Abi3Door carried(root(), "edge", 3);
  sandbox_->command("ip link add edge2 type veth peer name peer2");
  const Abi3Door old(root(), "edge2", 2);
  const auto slots = pinned_map_id(carried.pins().maps + "/sp_key_slots");
  const auto door = open_and_attach(config_);
  ASSERT_TRUE(door) << to_string(door.error());
  EXPECT_EQ(pinned_map_id(pin_directory_of(root()).maps + "/sp_key_slots"), slots);
  EXPECT_EQ(versions_in(root()), std::vector<unsigned>{SP_ABI_VERSION});
  EXPECT_EQ(DoorSandbox::xdp_program_on("edge2"), 0U) << "it is not configured any more";
}

TEST_F(VersionsTest, TablesThatWereNeverFilledAreNotCarried) {
  const Abi3Door earlier(root(), "edge");
  earlier.set_control(0, 0);
  const auto door = open_and_attach(config_);
  ASSERT_TRUE(door) << to_string(door.error());
  EXPECT_EQ((*door)->notes().at(0).find("the tables of ABI version 3 had not been filled"), 0U);
}

TEST_F(VersionsTest, TablesThatSayToBeOfAnotherVersionAreRefused) {
  const Abi3Door earlier(root(), "edge");
  earlier.set_control(2, 0);
  expect_refused("say that they are of ABI version 2", "--detach");
}

TEST_F(VersionsTest, MissingTableIsNamed) {
  const Abi3Door earlier(root(), "edge");
  ASSERT_EQ(unlink((earlier.pins().maps + "/sp_key_clocks").c_str()), 0);
  expect_refused("sp_key_clocks is missing", "--detach");
}

TEST_F(VersionsTest, TableOfAnotherLayoutThanItsVersionsIsRefused) {
  const Abi3Door earlier(root(), "edge");
  ASSERT_EQ(unlink((earlier.pins().maps + "/sp_sources").c_str()), 0);
  const UniqueFd other(bpf_map_create(BPF_MAP_TYPE_HASH, "sp_sources", 4, 4, 64, nullptr));
  ASSERT_EQ(bpf_obj_pin(other.get(), (earlier.pins().maps + "/sp_sources").c_str()), 0);
  expect_refused("is of another build", "--detach");
}

TEST_F(VersionsTest, WhatAnAbandonedStartLeftIsRemoved) {
  const auto unfinished = unfinished_pins_of(root());
  ASSERT_TRUE(make_pin_directory(unfinished));
  const UniqueFd other(bpf_map_create(BPF_MAP_TYPE_HASH, "sp_sources", 4, 4, 64, nullptr));
  ASSERT_EQ(bpf_obj_pin(other.get(), (unfinished.maps + "/sp_sources").c_str()), 0);
  EXPECT_TRUE(open_and_attach(config_));
  EXPECT_FALSE(is_there(unfinished.path));
}

TEST_F(VersionsTest, DirectoriesOfOthersStay) {
  sandbox_->command("mkdir -p " + root() + "/var " + root() + "/v3x");
  ASSERT_TRUE(open_and_attach(config_));
  ASSERT_TRUE(OuterDoor::detach(config_));
  EXPECT_TRUE(is_there(root() + "/var"));
  EXPECT_TRUE(is_there(root() + "/v3x"));
}

}  // namespace
}  // namespace sallyport::test
