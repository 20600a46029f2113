// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>

#include <gtest/gtest.h>

#include "agent/datapath/bpf_object.hpp"

namespace sallyport::test {
namespace {

/// Instructions that the verifier walked through (clang 14, Linux 6.18), to be written anew where
/// a change is worth what it costs. The kernel gives up at a million; a leap here is a warning long
/// before.
constexpr unsigned kRecorded = 40277;
constexpr unsigned kPercentMore = 10;

unsigned verified_instructions(int program) {
  bpf_prog_info info{};
  __u32 length = sizeof info;
  return bpf_obj_get_info_by_fd(program, &info, &length) == 0 ? info.verified_insns : 0;
}

TEST(VerifierTest, ProgramsAreNoDearerToVerifyThanRecorded) {
  const auto object = BpfObject::load({.connections = 1024, .sources = 1024, .key_slots = 64});
  if (!object && object.error().code == Errc::kDenied) GTEST_SKIP() << object.error().message;
  ASSERT_TRUE(object) << to_string(object.error());
  for (const int program : {object->xdp_fd(), object->tc_fd()}) {
    const unsigned verified = verified_instructions(program);
    RecordProperty(program == object->xdp_fd() ? "xdp" : "tc", static_cast<int>(verified));
    ASSERT_GT(verified, 0U) << "before Linux 5.16 the kernel does not say";
    EXPECT_LE(verified, kRecorded * (100 + kPercentMore) / 100);
  }
}

}  // namespace
}  // namespace sallyport::test
