// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/program_census.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include <array>
#include <cerrno>

#include "agent/base/unique_fd.hpp"
#include "agent/datapath/tc_filters.hpp"

namespace sallyport {
namespace {

using Hook = AttachedProgram::Hook;

// Newer than the headers: linux/bpf.h, enum bpf_attach_type.
constexpr auto kTcxIngress = static_cast<bpf_attach_type>(46);
constexpr auto kTcxEgress = static_cast<bpf_attach_type>(47);
constexpr std::size_t kMostTcx = 64;

AttachedProgram describe(std::uint32_t id, Hook hook) {
  AttachedProgram program;
  program.hook = hook;
  program.id = id;
  const UniqueFd fd(bpf_prog_get_fd_by_id(id));
  bpf_prog_info info{};
  __u32 length = sizeof info;
  if (!fd || bpf_obj_get_info_by_fd(fd.get(), &info, &length) != 0) return program;
  program.name = info.name;
  program.owner_uid = info.created_by_uid;
  program.is_dispatcher = program.name == "xdp_dispatcher";
  for (const char* ours : {"sp_xdp", "sp_xdp_shared", "sp_tc", "sp_egress"}) {
    program.is_ours = program.is_ours || program.name == ours;
  }
  return program;
}

int add_xdp(unsigned interface_index, std::vector<AttachedProgram>& found) {
  LIBBPF_OPTS(bpf_xdp_query_opts, options);
  const int error = bpf_xdp_query(static_cast<int>(interface_index), 0, &options);
  if (error != 0) return error;
  if (options.drv_prog_id != 0) found.push_back(describe(options.drv_prog_id, Hook::kXdpNative));
  if (options.skb_prog_id != 0) found.push_back(describe(options.skb_prog_id, Hook::kXdpGeneric));
  if (options.hw_prog_id != 0) found.push_back(describe(options.hw_prog_id, Hook::kXdpOffload));
  // Where there is one alone the kernel names it in one place only.
  if (options.prog_id != 0 && found.empty()) {
    const Hook hook = options.attach_mode == XDP_ATTACHED_SKB  ? Hook::kXdpGeneric
                      : options.attach_mode == XDP_ATTACHED_HW ? Hook::kXdpOffload
                                                               : Hook::kXdpNative;
    found.push_back(describe(options.prog_id, hook));
  }
  return 0;
}

// A kernel without tcx says EINVAL: there are none then.
void add_tcx(unsigned interface_index, bpf_attach_type type, Hook hook,
             std::vector<AttachedProgram>& found) {
  std::array<__u32, kMostTcx> ids{};
  auto count = static_cast<__u32>(ids.size());
  __u32 flags = 0;
  // Of tcx programs the descriptor's place holds the interface.
  if (bpf_prog_query(static_cast<int>(interface_index), type, 0, &flags, ids.data(), &count) != 0) {
    return;
  }
  for (__u32 i = 0; i < count; ++i) found.push_back(describe(ids[i], hook));
}

}  // namespace

Result<std::vector<AttachedProgram>> programs_on(unsigned interface_index) {
  std::vector<AttachedProgram> found;
  if (const int error = add_xdp(interface_index, found); error != 0) {
    return system_failure(-error, "asking for the interface's XDP programs");
  }
  for (const auto& [where, hook] : {std::pair(TcHook::kIngress, Hook::kTcIngress),
                                    std::pair(TcHook::kEgress, Hook::kTcEgress)}) {
    const auto filters = tc_filters_on(interface_index, where);
    if (!filters) return filters.error();
    for (const auto& filter : *filters) {
      auto program = describe(filter.program_id, hook);
      if (program.name.empty()) program.name = filter.name;
      found.push_back(std::move(program));
    }
  }
  add_tcx(interface_index, kTcxIngress, Hook::kTcIngress, found);
  add_tcx(interface_index, kTcxEgress, Hook::kTcEgress, found);
  return found;
}

}  // namespace sallyport
