// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/dispatcher_attachment.hpp"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <xdp/libxdp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "agent/base/unique_fd.hpp"
#include "agent/datapath/libbpf_log.hpp"
#include "agent/datapath/member_object.hpp"
#include "agent/datapath/pin_directory.hpp"

namespace sallyport {
namespace {

constexpr char kName[] = "sp_xdp_shared";
constexpr std::uint32_t kMapsAtMost = 32;
constexpr char kLibxdpPins[] = "/sys/fs/bpf/xdp";

struct Close {
  void operator()(xdp_program* program) const noexcept { xdp_program__close(program); }
  void operator()(xdp_multiprog* programs) const noexcept { xdp_multiprog__close(programs); }
};
using Program = std::unique_ptr<xdp_program, Close>;
using Programs = std::unique_ptr<xdp_multiprog, Close>;

/// What a call that failed has said, by number and in words.
Failure failed(long error, const std::string& what, const LibbpfLog& log) {
  const auto said = log.tail();
  auto failure = system_failure(static_cast<int>(-error), what);
  if (!said.empty()) failure.message += " (" + said + ")";
  return failure;
}

/// What is on the interface; nullptr: nothing is.
Result<Programs> programs_on(unsigned interface_index) {
  LIBBPF_OPTS(bpf_xdp_query_opts, options);
  if (bpf_xdp_query(static_cast<int>(interface_index), 0, &options) == 0 && options.prog_id == 0 &&
      options.attach_mode == XDP_ATTACHED_NONE) {
    return Programs{};
  }
  const LibbpfLog log;
  auto* const found = xdp_multiprog__get_from_ifindex(static_cast<int>(interface_index));
  const long error = libxdp_get_error(found);
  if (error == -ENOENT) return Programs{};
  if (error != 0) return failed(error, "asking libxdp who is on it", log);
  return Programs(found);
}

/// Whether ours may join what is there. Where libxdp can't make a dispatcher it would attach our
/// program alone, by no link of ours: so that is found out first.
Result<void> check_joinable(unsigned interface_index) {
  const LibbpfLog log;
  if (libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_EXT, nullptr) != 1) {
    return failure(Errc::kUnavailable,
                   "this kernel takes no programs of type ext (freplace), of which libxdp's "
                   "dispatcher is made");
  }
  if (auto good = check_bpffs(kLibxdpPins); !good) return good;
  const auto programs = programs_on(interface_index);
  if (!programs) return programs.error();
  const auto* const there = programs->get();
  if (there == nullptr) return {};
  const xdp_program* const main = xdp_multiprog__main_prog(there);
  const std::string who = main == nullptr ? "offloaded"
                                          : std::string(xdp_program__name(main)) + ", id " +
                                                std::to_string(xdp_program__id(main));
  if (xdp_multiprog__is_legacy(there)) {
    return failure(Errc::kConflict,
                   "another XDP program is on it (" + who + "), not in libxdp's dispatcher");
  }
  if (xdp_multiprog__attach_mode(there) != XDP_MODE_NATIVE) {
    return failure(Errc::kConflict, "libxdp's dispatcher is on it in generic mode (" + who + ")");
  }
  return {};
}

template <class Visit>
void for_each_member(const xdp_multiprog* programs, Visit visit) {
  if (programs == nullptr || xdp_multiprog__is_legacy(programs)) return;
  const xdp_program* at = nullptr;
  while ((at = xdp_multiprog__next_prog(at, programs)) != nullptr) visit(at);
}

bool is_using(std::uint32_t program_id, std::uint32_t map_id) {
  const UniqueFd program(bpf_prog_get_fd_by_id(program_id));
  std::array<std::uint32_t, kMapsAtMost> maps{};
  bpf_prog_info info{};
  info.nr_map_ids = kMapsAtMost;
  info.map_ids = reinterpret_cast<std::uintptr_t>(maps.data());
  __u32 length = sizeof info;
  if (!program || bpf_obj_get_info_by_fd(program.get(), &info, &length) != 0) return false;
  const auto end = maps.begin() + std::min(info.nr_map_ids, kMapsAtMost);
  return std::find(maps.begin(), end, map_id) != end;
}

}  // namespace

Result<std::uint32_t> attach_member(const BpfObject& object, unsigned interface_index,
                                    std::uint32_t priority) {
  if (auto joinable = check_joinable(interface_index); !joinable) return joinable.error();
  const LibbpfLog log;
  auto member = MemberObject::open(object);
  if (!member) return member.error();
  DECLARE_LIBXDP_OPTS(xdp_program_opts, options, .obj = member->get(),
                      .prog_name = member->program_name());
  auto* const made = xdp_program__create(&options);
  if (const long error = libxdp_get_error(made); error != 0) {
    return failed(error, "handing our program to libxdp", log);
  }
  const Program program(made);
  xdp_program__set_run_prio(made, priority);
  xdp_program__set_chain_call_enabled(made, XDP_PASS, true);
  const int index = static_cast<int>(interface_index);
  if (const int error = xdp_program__attach(made, index, XDP_MODE_NATIVE, 0); error != 0) {
    return failed(error, "joining libxdp's dispatcher", log);
  }
  const std::uint32_t id = xdp_program__id(made);
  const auto members = members_on(interface_index);
  if (members && std::count(members->ours.begin(), members->ours.end(), id) != 0) return id;
  xdp_program__detach(made, index, XDP_MODE_NATIVE, 0);
  return failure(Errc::kUnavailable, "libxdp has no dispatcher for this kernel");
}

Result<bool> detach_member(unsigned interface_index, std::uint32_t program_id) {
  const auto members = members_on(interface_index);
  if (!members) return members.error();
  if (std::count(members->ours.begin(), members->ours.end(), program_id) == 0) return false;
  const LibbpfLog log;
  auto* const found = xdp_program__from_id(program_id);
  if (const long error = libxdp_get_error(found); error != 0) {
    return failed(error, "opening our program in libxdp's dispatcher", log);
  }
  const Program program(found);
  const int index = static_cast<int>(interface_index);
  if (const int error = xdp_program__detach(found, index, XDP_MODE_UNSPEC, 0); error != 0) {
    return failed(error, "leaving libxdp's dispatcher", log);
  }
  return true;
}

Result<bool> detach_other_members(unsigned interface_index, std::uint32_t kept) {
  const auto members = members_on(interface_index);
  if (!members) return members.error();
  bool is_any = false;
  for (const auto id : members->ours) {
    if (id == kept) continue;
    const auto done = detach_member(interface_index, id);
    if (!done) return done;
    is_any = true;
  }
  return is_any;
}

Result<DispatcherMembers> members_on(unsigned interface_index) {
  const auto programs = programs_on(interface_index);
  if (!programs) return programs.error();
  DispatcherMembers members;
  for_each_member(programs->get(), [&](const xdp_program* program) {
    const std::string name = xdp_program__name(program);
    if (name == kName) {
      members.ours.push_back(xdp_program__id(program));
    } else {
      members.others.push_back(name);
    }
  });
  return members;
}

bool is_member_judging_by(unsigned interface_index, std::uint32_t map_id) {
  const auto members = members_on(interface_index);
  return members && std::any_of(members->ours.begin(), members->ours.end(),
                                [&](std::uint32_t id) { return is_using(id, map_id); });
}

}  // namespace sallyport
