// SPDX-License-Identifier: Apache-2.0
#include "tools/trafficgen/veth.hpp"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "agent/base/unique_fd.hpp"

namespace sallyport::trafficgen {
namespace {

/// What RTM_GETLINK says of one interface.
struct Link {
  std::string kind;
  std::optional<MacAddress> mac;
  std::uint32_t peer_index = 0;
  std::optional<std::int32_t> peer_namespace;  // none: the same one
  std::uint64_t transmitted = 0;
  unsigned flags = 0;
};

struct Request {
  nlmsghdr header{};
  ifinfomsg link{};
  std::array<std::uint8_t, 8> attribute{};  // IFLA_TARGET_NETNSID
};

Request make_request(unsigned index, std::optional<std::int32_t> in_namespace) {
  Request request;
  request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.link);
  request.header.nlmsg_type = RTM_GETLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.link.ifi_index = static_cast<int>(index);
  if (in_namespace) {
    const rtattr head = {.rta_len = sizeof request.attribute, .rta_type = IFLA_TARGET_NETNSID};
    std::memcpy(request.attribute.data(), &head, sizeof head);
    std::memcpy(request.attribute.data() + sizeof head, &*in_namespace, sizeof *in_namespace);
    request.header.nlmsg_len += static_cast<__u32>(sizeof request.attribute);
  }
  return request;
}

template <class Value>
Value value_of(const rtattr* attribute) {
  Value value{};
  std::memcpy(&value, RTA_DATA(attribute),
              std::min<std::size_t>(sizeof value, RTA_PAYLOAD(attribute)));
  return value;
}

void read_kind(const rtattr* info, Link& out) {
  auto left = static_cast<int>(RTA_PAYLOAD(info));
  for (auto* at = static_cast<rtattr*>(RTA_DATA(info)); RTA_OK(at, left); at = RTA_NEXT(at, left)) {
    if (at->rta_type != IFLA_INFO_KIND) continue;
    const std::string_view text(static_cast<char*>(RTA_DATA(at)), RTA_PAYLOAD(at));
    out.kind = text.substr(0, text.find('\0'));
  }
}

Link read_link(nlmsghdr* message) {
  auto* info = static_cast<ifinfomsg*>(NLMSG_DATA(message));
  Link link;
  link.flags = info->ifi_flags;
  auto left = static_cast<int>(IFLA_PAYLOAD(message));
  for (auto* at = IFLA_RTA(info); RTA_OK(at, left); at = RTA_NEXT(at, left)) {
    if (at->rta_type == IFLA_LINKINFO) read_kind(at, link);
    if (at->rta_type == IFLA_ADDRESS) link.mac = value_of<MacAddress>(at);
    if (at->rta_type == IFLA_LINK) link.peer_index = value_of<std::uint32_t>(at);
    if (at->rta_type == IFLA_LINK_NETNSID) link.peer_namespace = value_of<std::int32_t>(at);
    if (at->rta_type == IFLA_STATS64) link.transmitted = value_of<rtnl_link_stats64>(at).tx_packets;
  }
  return link;
}

Result<Link> ask(unsigned index, std::optional<std::int32_t> in_namespace) {
  const UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  const Request request = make_request(index, in_namespace);
  if (!socket || ::send(socket.get(), &request, request.header.nlmsg_len, 0) < 0) {
    return system_failure(errno, "can't ask the kernel for its interfaces");
  }
  alignas(nlmsghdr) std::array<char, 32768> answer{};
  const auto length = ::recv(socket.get(), answer.data(), answer.size(), 0);
  auto* message = reinterpret_cast<nlmsghdr*>(answer.data());
  if (length < 0 || !NLMSG_OK(message, static_cast<std::size_t>(length))) {
    return system_failure(errno, "the kernel does not answer for its interfaces");
  }
  if (message->nlmsg_type == NLMSG_ERROR) {
    const int error = -static_cast<nlmsgerr*>(NLMSG_DATA(message))->error;
    return system_failure(error, "the kernel does not describe an interface");
  }
  return read_link(message);
}

}  // namespace

Result<Veth> find_veth(const std::string& name) {
  Veth veth;
  veth.index = ::if_nametoindex(name.c_str());
  if (veth.index == 0) {
    return failure(Errc::kNotFound, "no such interface: " + name,
                   "see: ip -brief link; is it in another network namespace?");
  }
  const auto link = ask(veth.index, std::nullopt);
  if (!link) return link.error();
  if (link->kind != "veth" || !link->mac) {
    return failure(Errc::kInvalid, name + " is no veth interface, and only those are sent on",
                   "make one with: ip link add s0 type veth peer name r0");
  }
  veth.mac = *link->mac;
  veth.is_up = (link->flags & IFF_UP) != 0;
  if (const auto peer = ask(link->peer_index, link->peer_namespace)) veth.peer_mac = peer->mac;
  return veth;
}

Result<std::uint64_t> taken_by_peer(unsigned index) {
  const auto link = ask(index, std::nullopt);
  if (!link) return link.error();
  return link->transmitted;
}

}  // namespace sallyport::trafficgen
