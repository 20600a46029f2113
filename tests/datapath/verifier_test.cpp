// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/utsname.h>

#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "agent/datapath/libbpf_log.hpp"

namespace sallyport::test {
namespace {

using Budget = std::map<std::string, unsigned>;

/// Instructions that the verifier walked through, to be written anew where a change is worth what
/// it costs. The kernel gives up at a million; a leap here is a warning long before. Each kernel's
/// verifier takes another way, so that the figures hold on the one where they were taken; on others
/// there must be plenty of room.
constexpr const char* kRecordedOn = "6.18.";
constexpr unsigned kPlenty = 100'000;
const Budget kOfClang14 = {
    {"sp_xdp", 37928}, {"sp_xdp_shared", 33150}, {"sp_tc", 33498}, {"sp_egress", 3642}};
const Budget kOfClang19 = {
    {"sp_xdp", 36776}, {"sp_xdp_shared", 30346}, {"sp_tc", 30562}, {"sp_egress", 3589}};
constexpr unsigned kPercentMore = 10;

unsigned verified_instructions(int program) {
  bpf_prog_info info{};
  __u32 length = sizeof info;
  return bpf_obj_get_info_by_fd(program, &info, &length) == 0 ? info.verified_insns : 0;
}

bool is_kernel_of_the_record() {
  utsname kernel{};
  return uname(&kernel) == 0 && std::string(kernel.release).rfind(kRecordedOn, 0) == 0;
}

void expect_within(const Budget& budget, const std::string& program, int fd) {
  const unsigned verified = verified_instructions(fd);
  testing::Test::RecordProperty(program, static_cast<int>(verified));
  ASSERT_GT(verified, 0U) << "before Linux 5.16 the kernel does not say";
  if (!is_kernel_of_the_record()) {
    EXPECT_LE(verified, kPlenty) << program;
    return;
  }
  const unsigned recorded = budget.at(program);
  EXPECT_LE(verified, recorded * (100 + kPercentMore) / 100) << program;
  EXPECT_GE(verified, recorded * (100 - kPercentMore) / 100)
      << program << " has become cheaper: record that";
}

struct Close {
  void operator()(bpf_object* object) const noexcept { bpf_object__close(object); }
};

void expect_loads_within(const Budget& budget, const char* file) {
  const LibbpfLog log;
  const std::unique_ptr<bpf_object, Close> object(bpf_object__open(file));
  ASSERT_TRUE(object) << file;
  const int error = bpf_object__load(object.get());
  if (error == -EPERM && !log.contains("BEGIN PROG LOAD LOG")) {
    GTEST_SKIP() << "the kernel does not let us load BPF programs";
  }
  ASSERT_EQ(error, 0) << log.tail();
  bpf_program* program = nullptr;
  std::size_t seen = 0;
  bpf_object__for_each_program(program, object.get()) {
    expect_within(budget, bpf_program__name(program), bpf_program__fd(program));
    ++seen;
  }
  EXPECT_EQ(seen, budget.size());
}

TEST(VerifierTest, ProgramsAreNoDearerToVerifyThanRecorded) {
  expect_loads_within(kOfClang14, OUR_OBJECT);
}

TEST(VerifierTest, WhatANewerCompilerMakesIsTakenToo) {
  if (std::string(NEWER_OBJECT).empty()) GTEST_SKIP() << "there is no clang-19 here";
  expect_loads_within(kOfClang19, NEWER_OBJECT);
}

}  // namespace
}  // namespace sallyport::test
