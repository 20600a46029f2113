// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/qdisc.hpp"

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <string>
#include <vector>

#include "agent/datapath/netlink.hpp"

namespace sallyport {
namespace {

/// The queueing disciplines of an interface, in the order of the kernel's answer.
struct Qdiscs {
  int interface_index;
  std::string root;
  std::vector<std::string> below;  // of the root's classes
};

int add_kind(const nlattr* attribute, void* kind) {
  if (mnl_attr_get_type(attribute) == TCA_KIND &&
      mnl_attr_validate(attribute, MNL_TYPE_STRING) == 0) {
    *static_cast<std::string*>(kind) = mnl_attr_get_str(attribute);
  }
  return MNL_CB_OK;
}

int add_qdisc(const nlmsghdr* header, void* context) {
  auto& found = *static_cast<Qdiscs*>(context);
  if (mnl_nlmsg_get_payload_len(header) < sizeof(tcmsg)) return MNL_CB_ERROR;
  const auto& message = *static_cast<const tcmsg*>(mnl_nlmsg_get_payload(header));
  std::string kind;
  if (message.tcm_ifindex != found.interface_index || message.tcm_parent == TC_H_CLSACT ||
      mnl_attr_parse(header, sizeof message, &add_kind, &kind) < 0) {
    return MNL_CB_OK;
  }
  if (message.tcm_parent == TC_H_ROOT) {
    found.root = kind;
  } else {
    found.below.push_back(kind);
  }
  return MNL_CB_OK;
}

/// rtnetlink(7), RTM_GETQDISC.
bool read_qdiscs(Qdiscs& found) {
  NetlinkDump dump(NETLINK_ROUTE, RTM_GETQDISC, NLM_F_DUMP);
  auto& message = dump.extra<tcmsg>();
  message.tcm_family = AF_UNSPEC;
  message.tcm_ifindex = found.interface_index;
  return dump.ask(&add_qdisc, &found) == 0;
}

}  // namespace

bool departs_by_fq(unsigned interface_index) {
  Qdiscs found{.interface_index = static_cast<int>(interface_index), .root = {}, .below = {}};
  if (!read_qdiscs(found)) return false;
  if (found.root == "fq") return true;
  if (found.root != "mq" || found.below.empty()) return false;
  for (const auto& kind : found.below) {
    if (kind != "fq") return false;
  }
  return true;
}

}  // namespace sallyport
