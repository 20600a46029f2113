// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "agent/datapath/bpf_object.hpp"
#include "agent/datapath/libbpf_log.hpp"

namespace sallyport::test {
namespace {

using Budget = std::map<std::string, unsigned>;

/// Instructions that the verifier walked through (Linux 6.18), to be written anew where a change is
/// worth what it costs. The kernel gives up at a million; a leap here is a warning long before.
const Budget kOfClang14 = {{"sp_xdp", 37928}, {"sp_tc", 33498}, {"sp_egress", 3642}};
const Budget kOfClang19 = {
    {"sp_xdp", 36776}, {"sp_xdp_shared", 30346}, {"sp_tc", 30562}, {"sp_egress", 3589}};
constexpr unsigned kPercentMore = 10;

unsigned verified_instructions(int program) {
  bpf_prog_info info{};
  __u32 length = sizeof info;
  return bpf_obj_get_info_by_fd(program, &info, &length) == 0 ? info.verified_insns : 0;
}

void expect_within(const Budget& budget, const std::string& program, int fd) {
  const unsigned verified = verified_instructions(fd);
  testing::Test::RecordProperty(program, static_cast<int>(verified));
  ASSERT_GT(verified, 0U) << "before Linux 5.16 the kernel does not say";
  const unsigned recorded = budget.at(program);
  EXPECT_LE(verified, recorded * (100 + kPercentMore) / 100) << program;
  EXPECT_GE(verified, recorded * (100 - kPercentMore) / 100)
      << program << " has become cheaper: record that";
}

TEST(VerifierTest, ProgramsAreNoDearerToVerifyThanRecorded) {
  const auto object = BpfObject::load({.connections = 1024, .sources = 1024, .key_slots = 64});
  if (!object && object.error().code == Errc::kDenied) GTEST_SKIP() << object.error().message;
  ASSERT_TRUE(object) << to_string(object.error());
  expect_within(kOfClang14, "sp_xdp", object->xdp_fd());
  expect_within(kOfClang14, "sp_tc", object->tc_fd());
  expect_within(kOfClang14, "sp_egress", object->egress_fd());
}

struct Close {
  void operator()(bpf_object* object) const noexcept { bpf_object__close(object); }
};

TEST(VerifierTest, WhatANewerCompilerMakesIsTakenToo) {
  if (std::string(NEWER_OBJECT).empty()) GTEST_SKIP() << "there is no clang-19 here";
  const LibbpfLog log;
  const std::unique_ptr<bpf_object, Close> object(bpf_object__open(NEWER_OBJECT));
  ASSERT_TRUE(object);
  const int error = bpf_object__load(object.get());
  if (error == -EPERM) GTEST_SKIP() << "the kernel does not let us load BPF programs";
  ASSERT_EQ(error, 0) << log.tail();
  bpf_program* program = nullptr;
  unsigned seen = 0;
  bpf_object__for_each_program(program, object.get()) {
    expect_within(kOfClang19, bpf_program__name(program), bpf_program__fd(program));
    ++seen;
  }
  EXPECT_EQ(seen, kOfClang19.size());
}

}  // namespace
}  // namespace sallyport::test
