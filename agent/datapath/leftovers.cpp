// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/leftovers.hpp"

#include <bpf/bpf.h>
#include <net/if.h>

#include <algorithm>
#include <memory>

#include "agent/base/unique_fd.hpp"
#include "agent/datapath/dispatcher_attachment.hpp"
#include "agent/datapath/tc_attachment.hpp"
#include "agent/datapath/xdp_attachment.hpp"

namespace sallyport {
namespace {

bool is_configured(const OuterDoorConfig& config, const std::string& name) {
  return std::find(config.interfaces.begin(), config.interfaces.end(), name) !=
         config.interfaces.end();
}

/// 0 where nothing is pinned.
std::uint32_t pinned_control_id(const PinDirectory& pins) {
  const UniqueFd control(bpf_obj_get((pins.maps + "/sp_control").c_str()));
  bpf_map_info info{};
  __u32 length = sizeof info;
  if (!control || bpf_obj_get_info_by_fd(control.get(), &info, &length) != 0) return 0;
  return info.id;
}

void say(std::vector<std::string>& said, const std::string& what, const Result<bool>& removed) {
  if (!removed) {
    said.push_back(what + " could not be removed: " + to_string(removed.error()));
  } else if (*removed) {
    said.push_back(what + ", which is not configured any more");
  }
}

}  // namespace

std::vector<std::string> detach_leftovers(const OuterDoorConfig& config, const PinDirectory& pins) {
  std::vector<std::string> said;
  for (const auto& name : pinned_interfaces(pins)) {
    if (is_configured(config, name)) continue;
    say(said, "XDP program from " + name, detach_xdp(link_pin_of(pins, name)));
  }
  const std::uint32_t control = pinned_control_id(pins);
  if (control == 0) return said;
  const std::unique_ptr<struct if_nameindex, decltype(&if_freenameindex)> interfaces(
      if_nameindex(), &if_freenameindex);
  for (const auto* at = interfaces.get(); at != nullptr && at->if_name != nullptr; ++at) {
    if (is_configured(config, at->if_name)) continue;
    if (is_member_judging_by(at->if_index, control)) {
      say(said, std::string("XDP program from the dispatcher on ") + at->if_name,
          detach_other_members(at->if_index, 0));
    }
    for (const TcHook where : {TcHook::kIngress, TcHook::kEgress}) {
      if (!is_tc_judging_by(at->if_index, control, where)) continue;
      say(said, std::string("TC filter from ") + at->if_name, detach_tc(at->if_index, where));
    }
  }
  return said;
}

}  // namespace sallyport
