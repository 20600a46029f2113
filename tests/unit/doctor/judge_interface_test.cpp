// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "agent/doctor/judge.hpp"

namespace sallyport::test {
namespace {

using Hook = AttachedProgram::Hook;

/// An interface and a host with which nothing is wrong, to be spoilt.
class JudgeInterface : public testing::Test {
 protected:
  JudgeInterface() {
    facts.name = "eth0";
    facts.exists = facts.is_up = true;
    facts.driver = "virtio_net";
    facts.mtu = 1500;
    facts.native_xdp = true;
    facts.queues = facts.most_queues = 4;
    host.cpus = 4;
    host.has_btf = host.has_bpffs = true;
    host.has_jit = host.is_clock_synchronised = true;
    host.kernel_major = 6;
    host.kernel_minor = 1;
    config.interfaces = {"eth0"};
  }

  Findings judged() const {
    Findings findings;
    judge_host(host, config, findings);
    judge_interface(facts, host, config, findings);
    return findings;
  }
  /// "warning mtu, note programs": all of them, in order.
  std::string found() const {
    std::string text;
    for (const auto& one : judged()) {
      EXPECT_FALSE(one.message.empty());
      EXPECT_FALSE(one.remedy.empty()) << one.message;
      text += (text.empty() ? "" : ", ") + std::string(word_of(one.severity)) + " " +
              std::string(one.check);
    }
    return text;
  }
  void add_program(Hook hook, const char* name) {
    AttachedProgram program;
    program.hook = hook;
    program.id = 7;
    program.name = name;
    program.is_dispatcher = program.name == "xdp_dispatcher";
    facts.programs.push_back(program);
  }

  InterfaceFacts facts;
  HostFacts host;
  OuterDoorConfig config;
};

TEST_F(JudgeInterface, FindsNothingWhereNothingIsWrong) {
  EXPECT_EQ(found(), "");
}

TEST_F(JudgeInterface, MissingIsAllThatIsSaidOfIt) {
  facts.exists = false;
  facts.mtu = 9000;
  EXPECT_EQ(found(), "error interface");
}

TEST_F(JudgeInterface, DownIsAWarning) {
  facts.is_up = false;
  EXPECT_EQ(found(), "warning interface");
}

TEST_F(JudgeInterface, NoNativeXdpMattersAsMuchAsItIsWanted) {
  facts.native_xdp = false;
  EXPECT_EQ(found(), "warning driver");
  config.attach = Attach::kNative;
  EXPECT_EQ(found(), "error driver");
  config.attach = Attach::kTc;
  EXPECT_EQ(found(), "");
  facts.native_xdp.reset();
  config.attach = Attach::kNative;
  EXPECT_EQ(found(), "") << "not known is not absent";
}

TEST_F(JudgeInterface, MtuIsHeldAgainstOnePage) {
  facts.mtu = most_native_mtu(4096);
  EXPECT_EQ(found(), "");
  ++facts.mtu;
  EXPECT_EQ(found(), "warning mtu");
  config.attach = Attach::kTc;
  EXPECT_EQ(found(), "");
  config.attach = Attach::kAuto;
  host.page_bytes = 16384;
  EXPECT_EQ(found(), "");
}

TEST_F(JudgeInterface, AVlanAndAPartOfABondSayWhatToNameInstead) {
  facts.vlan_of = "eth9";
  facts.master = "bond0";
  const auto findings = judged();
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_NE(findings[0].remedy.find("name eth9"), std::string::npos);
  EXPECT_NE(findings[1].remedy.find("name bond0"), std::string::npos);
}

TEST_F(JudgeInterface, BondsOfSomeModesTakeNoXdp) {
  facts.bond_mode = "802.3ad";
  EXPECT_EQ(found(), "");
  facts.bond_mode = "balance-alb";
  EXPECT_EQ(found(), "warning bond");
}

TEST_F(JudgeInterface, QueuesAreMissedOnlyWhereTheyCouldBeHad) {
  facts.queues = 1;
  EXPECT_EQ(found(), "warning queues");
  facts.most_queues = 1;
  EXPECT_EQ(found(), "");
  facts.most_queues = 8;
  host.cpus = 1;
  EXPECT_EQ(found(), "");
}

TEST_F(JudgeInterface, OffloadsThatMergePacketsAreInTheWayOfNativeXdpAlone) {
  facts.has_lro = facts.has_hardware_gro = true;
  EXPECT_EQ(found(), "warning offloads, warning offloads");
  config.attach = Attach::kTc;
  EXPECT_EQ(found(), "");
}

TEST_F(JudgeInterface, ProgramsOfOthersAreNamed) {
  add_program(Hook::kXdpNative, "cil_xdp_entry");
  add_program(Hook::kTcIngress, "cil_from_netdev");
  EXPECT_EQ(found(), "warning programs, note programs");
  EXPECT_NE(judged()[0].message.find("cil_xdp_entry (id 7, loaded by uid 0)"), std::string::npos);
  facts.programs[0].is_ours = facts.programs[1].is_ours = true;
  EXPECT_EQ(found(), "");
}

TEST_F(JudgeInterface, ADispatcherIsInTheWayOfNativeAlone) {
  add_program(Hook::kXdpNative, "xdp_dispatcher");
  EXPECT_EQ(found(), "");
  config.attach = Attach::kNative;
  EXPECT_EQ(found(), "error programs");
}

TEST_F(JudgeInterface, WhatCannotBeSeenIsSaid) {
  facts.untold = "Operation not permitted";
  host.is_clock_synchronised.reset();
  EXPECT_EQ(found(), "unknown clock, unknown programs");
}

TEST_F(JudgeInterface, WhatBpfNeedsIsAskedForWithAnOuterDoorAlone) {
  host.has_btf = host.has_bpffs = false;
  host.has_jit = false;
  host.kernel_major = 5;
  host.kernel_minor = 10;
  host.has_unlimited_memlock = false;
  EXPECT_EQ(found(), "error kernel, error btf, error bpffs, error memlock, warning jit");
  config.interfaces.clear();
  Findings findings;
  judge_host(host, config, findings);
  EXPECT_TRUE(findings.empty());
}

TEST_F(JudgeInterface, AClockThatNobodyKeepsIsAWarning) {
  host.is_clock_synchronised = false;
  EXPECT_EQ(found(), "warning clock");
}

}  // namespace
}  // namespace sallyport::test
