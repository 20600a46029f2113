// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/tc_filters.hpp"

#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <cerrno>

#include "agent/datapath/netlink.hpp"

namespace sallyport {
namespace {

int read_bpf(const nlattr* attribute, void* into) {
  auto& filter = *static_cast<TcFilter*>(into);
  if (mnl_attr_get_type(attribute) == TCA_BPF_NAME &&
      mnl_attr_validate(attribute, MNL_TYPE_STRING) == 0) {
    filter.name = mnl_attr_get_str(attribute);
  }
  if (mnl_attr_get_type(attribute) == TCA_BPF_ID &&
      mnl_attr_validate(attribute, MNL_TYPE_U32) == 0) {
    filter.program_id = mnl_attr_get_u32(attribute);
  }
  return MNL_CB_OK;
}

int read_filter(const nlattr* attribute, void* into) {
  auto& filter = *static_cast<TcFilter*>(into);
  if (mnl_attr_get_type(attribute) == TCA_KIND &&
      mnl_attr_validate(attribute, MNL_TYPE_STRING) == 0) {
    filter.kind = mnl_attr_get_str(attribute);
  }
  if (mnl_attr_get_type(attribute) == TCA_OPTIONS && filter.kind == "bpf") {
    return mnl_attr_parse_nested(attribute, &read_bpf, into);
  }
  return MNL_CB_OK;
}

// The kernel tells of each priority (a head without a handle) and of each filter in it.
int add_filter(const nlmsghdr* header, void* into) {
  if (mnl_nlmsg_get_payload_len(header) < sizeof(tcmsg)) return MNL_CB_ERROR;
  const auto& message = *static_cast<const tcmsg*>(mnl_nlmsg_get_payload(header));
  TcFilter filter;
  if (message.tcm_handle == 0 ||
      mnl_attr_parse(header, sizeof message, &read_filter, &filter) < 0) {
    return MNL_CB_OK;
  }
  if (filter.name.empty()) filter.name = filter.kind;
  static_cast<std::vector<TcFilter>*>(into)->push_back(std::move(filter));
  return MNL_CB_OK;
}

}  // namespace

// rtnetlink(7), RTM_GETTFILTER.
Result<std::vector<TcFilter>> tc_filters_on(unsigned interface_index, TcHook where) {
  NetlinkDump dump(NETLINK_ROUTE, RTM_GETTFILTER, NLM_F_DUMP);
  auto& message = dump.extra<tcmsg>();
  message.tcm_family = AF_UNSPEC;
  message.tcm_ifindex = static_cast<int>(interface_index);
  message.tcm_parent =
      TC_H_MAKE(TC_H_CLSACT, where == TcHook::kIngress ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS);
  std::vector<TcFilter> filters;
  const int error = dump.ask(&add_filter, &filters);
  if (error != 0 && error != EINVAL && error != ENOENT) {  // these: there is no clsact
    return system_failure(error, "asking for the interface's TC filters");
  }
  return filters;
}

}  // namespace sallyport
