// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/xdp_attachment.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <unistd.h>

#include <cerrno>

namespace sallyport {
namespace {

/// Whether the link is still on that interface: one whose interface went away has index 0.
bool is_on(const UniqueFd& link, unsigned interface_index) {
  bpf_link_info info{};
  __u32 length = sizeof info;
  return bpf_obj_get_info_by_fd(link.get(), &info, &length) == 0 &&
         info.type == BPF_LINK_TYPE_XDP && info.xdp.ifindex == interface_index;
}

/// Who is there, so that the operator need not look: " (xdp_dispatcher, id 12)", or nothing.
std::string program_on(unsigned interface_index) {
  LIBBPF_OPTS(bpf_xdp_query_opts, options);
  if (bpf_xdp_query(static_cast<int>(interface_index), 0, &options) != 0) return {};
  const UniqueFd program(bpf_prog_get_fd_by_id(options.prog_id));
  bpf_prog_info info{};
  __u32 length = sizeof info;
  if (!program || bpf_obj_get_info_by_fd(program.get(), &info, &length) != 0) return {};
  return " (" + std::string(info.name) + ", id " + std::to_string(info.id) + ")";
}

Failure attach_failure(int error, unsigned interface_index) {
  switch (error) {
    case EBUSY:
    case EEXIST:
      return failure(Errc::kConflict, "another XDP program is on it" + program_on(interface_index));
    case EOPNOTSUPP:
      return failure(Errc::kUnavailable, "the driver has no native XDP");
    case EPERM:
    case EACCES:
      return system_failure(error, "attaching an XDP program",
                            "run as root, or with CAP_BPF and CAP_NET_ADMIN");
    default:
      return system_failure(error, "the driver refused native XDP");
  }
}

}  // namespace

Result<AttachOutcome> attach_xdp(int program_fd, unsigned interface_index, const std::string& pin) {
  const UniqueFd pinned(bpf_obj_get(pin.c_str()));
  if (pinned && is_on(pinned, interface_index)) {
    if (bpf_link_update(pinned.get(), program_fd, nullptr) == 0) return AttachOutcome::kTakenOver;
    return system_failure(errno, "swapping the program behind " + pin);
  }
  if (pinned && unlink(pin.c_str()) != 0) return system_failure(errno, "removing stale " + pin);

  LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_DRV_MODE);
  const UniqueFd link(
      bpf_link_create(program_fd, static_cast<int>(interface_index), BPF_XDP, &options));
  if (!link) return attach_failure(errno, interface_index);
  if (bpf_obj_pin(link.get(), pin.c_str()) != 0) return system_failure(errno, "pinning " + pin);
  return AttachOutcome::kMade;
}

UniqueFd xdp_program_behind(const std::string& pin) {
  const UniqueFd link(bpf_obj_get(pin.c_str()));
  bpf_link_info info{};
  __u32 length = sizeof info;
  if (!link || bpf_obj_get_info_by_fd(link.get(), &info, &length) != 0) return {};
  return UniqueFd(bpf_prog_get_fd_by_id(info.prog_id));
}

Result<bool> detach_xdp(const std::string& pin) {
  const UniqueFd pinned(bpf_obj_get(pin.c_str()));
  if (!pinned)
    return errno == ENOENT ? Result<bool>(false) : system_failure(errno, "opening " + pin);
  if (bpf_link_detach(pinned.get()) != 0 && errno != EOPNOTSUPP) {
    return system_failure(errno, "detaching " + pin);
  }
  if (unlink(pin.c_str()) != 0) return system_failure(errno, "removing " + pin);
  return true;
}

}  // namespace sallyport
