// SPDX-License-Identifier: Apache-2.0
// What the kernel says of a driver's XDP: the generic netlink family "netdev", which Debian 12's
// headers don't have yet (linux/netdev.h).
#include <linux/genetlink.h>

#include <cerrno>

#include "agent/datapath/netlink.hpp"
#include "agent/datapath/program_census.hpp"

namespace sallyport {
namespace {

constexpr std::uint8_t kNetdevCmdDevGet = 1;
constexpr std::uint16_t kNetdevDevIfindex = 1;
constexpr std::uint16_t kNetdevDevXdpFeatures = 3;
constexpr std::uint64_t kXdpBasic = 1;  // runs programs, and takes their PASS, DROP, TX, ABORTED

struct Found {
  explicit Found(std::uint16_t wanted) : attribute(wanted) {}

  std::uint16_t attribute;
  bool is_there = false;
  std::uint64_t value = 0;
};

int read_attribute(const nlattr* attribute, void* into) {
  auto& found = *static_cast<Found*>(into);
  if (mnl_attr_get_type(attribute) != found.attribute) return MNL_CB_OK;
  found.is_there = true;
  found.value = mnl_attr_get_payload_len(attribute) == sizeof(std::uint16_t)
                    ? mnl_attr_get_u16(attribute)
                    : mnl_attr_get_u64(attribute);
  return MNL_CB_OK;
}

int read_message(const nlmsghdr* header, void* into) {
  return mnl_attr_parse(header, sizeof(genlmsghdr), &read_attribute, into) < 0 ? MNL_CB_ERROR
                                                                               : MNL_CB_STOP;
}

/// 0: the kernel has none of that name.
std::uint16_t family_number(const char* name) {
  NetlinkDump dump(NETLINK_GENERIC, GENL_ID_CTRL, 0);
  auto& head = dump.extra<genlmsghdr>();
  head.cmd = CTRL_CMD_GETFAMILY;
  head.version = 1;
  mnl_attr_put_strz(dump.request(), CTRL_ATTR_FAMILY_NAME, name);
  Found id(CTRL_ATTR_FAMILY_ID);
  return dump.ask(&read_message, &id) == 0 ? static_cast<std::uint16_t>(id.value) : 0;
}

}  // namespace

std::optional<bool> has_native_xdp(unsigned interface_index) {
  const auto family = family_number("netdev");
  if (family == 0) return std::nullopt;
  NetlinkDump dump(NETLINK_GENERIC, family, 0);
  auto& head = dump.extra<genlmsghdr>();
  head.cmd = kNetdevCmdDevGet;
  head.version = 1;
  mnl_attr_put_u32(dump.request(), kNetdevDevIfindex, interface_index);
  Found features(kNetdevDevXdpFeatures);
  if (dump.ask(&read_message, &features) != 0 || !features.is_there) return std::nullopt;
  return (features.value & kXdpBasic) != 0;
}

}  // namespace sallyport
