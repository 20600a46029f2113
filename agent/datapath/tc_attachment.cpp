// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/tc_attachment.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "agent/datapath/libbpf_log.hpp"

namespace sallyport {
namespace {

// Ours by convention: clsact filters have no owner on the kernels we start from.
constexpr __u32 kPriority = 0x5350;
constexpr __u32 kHandle = 1;
constexpr __u32 kMapsAtMost = 32;
constexpr char kNeedsNetAdmin[] = "run as root, or with CAP_NET_ADMIN";

bpf_tc_hook hook_of(unsigned interface_index, TcHook where) {
  LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = static_cast<int>(interface_index),
              .attach_point = where == TcHook::kIngress ? BPF_TC_INGRESS : BPF_TC_EGRESS);
  return hook;
}

const char* name_of(TcHook where) {
  return where == TcHook::kIngress ? "ingress" : "egress";
}

const char* program_of(TcHook where) {
  return where == TcHook::kIngress ? "sp_tc" : "sp_egress";
}

enum class Holder { kNobody, kOurs, kForeign };

/// The filter that has our priority and handle.
struct Filter {
  Holder holder = Holder::kNobody;
  UniqueFd program;
  std::vector<__u32> map_ids;  // of its program, when it is ours
};

Filter find_filter(const bpf_tc_hook& hook, TcHook where) {
  LIBBPF_OPTS(bpf_tc_opts, options, .handle = kHandle, .priority = kPriority);
  if (bpf_tc_query(&hook, &options) != 0) return {};
  Filter filter{.holder = Holder::kForeign,
                .program = UniqueFd(bpf_prog_get_fd_by_id(options.prog_id)),
                .map_ids = std::vector<__u32>(kMapsAtMost)};
  bpf_prog_info info{};
  info.nr_map_ids = kMapsAtMost;
  info.map_ids = reinterpret_cast<std::uintptr_t>(filter.map_ids.data());
  __u32 length = sizeof info;
  if (!filter.program || bpf_obj_get_info_by_fd(filter.program.get(), &info, &length) != 0)
    return filter;
  if (std::strcmp(info.name, program_of(where)) != 0) return filter;
  filter.holder = Holder::kOurs;
  filter.map_ids.resize(std::min(info.nr_map_ids, kMapsAtMost));
  return filter;
}

}  // namespace

Result<AttachOutcome> attach_tc(int program_fd, unsigned interface_index, TcHook where) {
  const LibbpfLog log;
  bpf_tc_hook hook = hook_of(interface_index, where);
  const int made = bpf_tc_hook_create(&hook);
  if (made != 0 && made != -EEXIST) {
    return system_failure(-made, "making a clsact qdisc", kNeedsNetAdmin);
  }
  const Holder holder = find_filter(hook, where).holder;
  if (holder == Holder::kForeign) {
    return failure(Errc::kConflict, "a TC filter of somebody else has priority 21328 (0x5350)",
                   std::string("move it: tc filter show dev INTERFACE ") + name_of(where));
  }
  LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = program_fd,
              .flags = holder == Holder::kOurs ? static_cast<__u32>(BPF_TC_F_REPLACE) : 0U,
              .handle = kHandle, .priority = kPriority);
  if (const int error = bpf_tc_attach(&hook, &options); error != 0) {
    return system_failure(-error, std::string("attaching to TC ") + name_of(where), kNeedsNetAdmin);
  }
  return holder == Holder::kOurs ? AttachOutcome::kTakenOver : AttachOutcome::kMade;
}

UniqueFd tc_program_on(unsigned interface_index) {
  const LibbpfLog log;
  auto filter = find_filter(hook_of(interface_index, TcHook::kIngress), TcHook::kIngress);
  return filter.holder == Holder::kOurs ? std::move(filter.program) : UniqueFd{};
}

Result<bool> detach_tc(unsigned interface_index, TcHook where) {
  const LibbpfLog log;
  const bpf_tc_hook hook = hook_of(interface_index, where);
  if (find_filter(hook, where).holder != Holder::kOurs) return false;
  LIBBPF_OPTS(bpf_tc_opts, options, .handle = kHandle, .priority = kPriority);
  if (const int error = bpf_tc_detach(&hook, &options); error != 0) {
    return system_failure(-error, std::string("detaching from TC ") + name_of(where),
                          kNeedsNetAdmin);
  }
  return true;
}

bool is_tc_judging_by(unsigned interface_index, std::uint32_t map_id, TcHook where) {
  const LibbpfLog log;
  const auto filter = find_filter(hook_of(interface_index, where), where);
  return filter.holder == Holder::kOurs &&
         std::find(filter.map_ids.begin(), filter.map_ids.end(), map_id) != filter.map_ids.end();
}

}  // namespace sallyport
