// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/qdisc.hpp"

#include <libmnl/libmnl.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <array>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

namespace sallyport {
namespace {

struct Close {
  void operator()(mnl_socket* socket) const noexcept { mnl_socket_close(socket); }
};

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
  const std::unique_ptr<mnl_socket, Close> socket(mnl_socket_open(NETLINK_ROUTE));
  if (!socket || mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0) return false;
  alignas(nlmsghdr) std::array<char, 32768> buffer{};
  nlmsghdr* const request = mnl_nlmsg_put_header(buffer.data());
  request->nlmsg_type = RTM_GETQDISC;
  request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request->nlmsg_seq = static_cast<__u32>(std::time(nullptr));
  auto& message = *static_cast<tcmsg*>(mnl_nlmsg_put_extra_header(request, sizeof(tcmsg)));
  message.tcm_family = AF_UNSPEC;
  message.tcm_ifindex = found.interface_index;
  const auto sequence = request->nlmsg_seq;
  if (mnl_socket_sendto(socket.get(), request, request->nlmsg_len) < 0) return false;
  for (int status = MNL_CB_OK; status > MNL_CB_STOP;) {
    const auto length = mnl_socket_recvfrom(socket.get(), buffer.data(), buffer.size());
    if (length < 0) return false;
    status = mnl_cb_run(buffer.data(), static_cast<std::size_t>(length), sequence,
                        mnl_socket_get_portid(socket.get()), &add_qdisc, &found);
    if (status < MNL_CB_STOP) return false;
  }
  return true;
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
