// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/tc_attachment.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <cstring>

#include "agent/base/unique_fd.hpp"
#include "agent/datapath/libbpf_log.hpp"

namespace sallyport {
namespace {

// Ours by convention: clsact filters have no owner on the kernels we start from.
constexpr __u32 kPriority = 0x5350;
constexpr __u32 kHandle = 1;
constexpr char kProgramName[] = "sp_tc";

bpf_tc_hook ingress_of(unsigned interface_index) {
  LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = static_cast<int>(interface_index),
              .attach_point = BPF_TC_INGRESS);
  return hook;
}

enum class Holder { kNobody, kOurs, kForeign };

/// Who has our priority and handle.
Holder holder_of(const bpf_tc_hook& hook) {
  LIBBPF_OPTS(bpf_tc_opts, options, .handle = kHandle, .priority = kPriority);
  if (bpf_tc_query(&hook, &options) != 0) return Holder::kNobody;
  const UniqueFd program(bpf_prog_get_fd_by_id(options.prog_id));
  bpf_prog_info info{};
  __u32 length = sizeof info;
  if (!program || bpf_obj_get_info_by_fd(program.get(), &info, &length) != 0)
    return Holder::kForeign;
  return std::strcmp(info.name, kProgramName) == 0 ? Holder::kOurs : Holder::kForeign;
}

}  // namespace

Result<void> attach_tc(int program_fd, unsigned interface_index) {
  const LibbpfLog log;
  bpf_tc_hook hook = ingress_of(interface_index);
  const int made = bpf_tc_hook_create(&hook);
  if (made != 0 && made != -EEXIST) return system_failure(-made, "making a clsact qdisc");

  const Holder holder = holder_of(hook);
  if (holder == Holder::kForeign) {
    return failure(Errc::kConflict, "a TC filter of somebody else has priority 21328 (0x5350)",
                   "move it: tc filter show dev INTERFACE ingress");
  }
  LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = program_fd,
              .flags = holder == Holder::kOurs ? static_cast<__u32>(BPF_TC_F_REPLACE) : 0U,
              .handle = kHandle, .priority = kPriority);
  if (const int error = bpf_tc_attach(&hook, &options); error != 0) {
    return system_failure(-error, "attaching to TC ingress");
  }
  return {};
}

Result<bool> detach_tc(unsigned interface_index) {
  const LibbpfLog log;
  const bpf_tc_hook hook = ingress_of(interface_index);
  if (holder_of(hook) != Holder::kOurs) return false;
  LIBBPF_OPTS(bpf_tc_opts, options, .handle = kHandle, .priority = kPriority);
  if (const int error = bpf_tc_detach(&hook, &options); error != 0) {
    return system_failure(-error, "detaching from TC ingress");
  }
  return true;
}

}  // namespace sallyport
