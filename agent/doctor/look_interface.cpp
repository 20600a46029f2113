// SPDX-License-Identifier: Apache-2.0
#include <net/if.h>

#include <filesystem>
#include <fstream>

#include "agent/doctor/ethtool.hpp"
#include "agent/doctor/look.hpp"

namespace sallyport {
namespace {

namespace fs = std::filesystem;

/// The first word of a file; "" where there is none.
std::string first_word(const fs::path& file) {
  std::ifstream in(file);
  std::string word;
  in >> word;
  return word;
}

bool is_vlan(const fs::path& interface) {
  std::ifstream in(interface / "uevent");
  for (std::string line; std::getline(in, line);) {
    if (line == "DEVTYPE=vlan") return true;
  }
  return false;
}

/// The interface that a link of that kind ("lower_eth0", "master") leads to.
std::string linked(const fs::path& interface, std::string_view prefix) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(interface, ignored)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(prefix)) return fs::read_symlink(entry, ignored).filename().string();
  }
  return {};
}

}  // namespace

InterfaceFacts look_at_interface(const std::string& name) {
  InterfaceFacts facts;
  facts.name = name;
  const unsigned index = ::if_nametoindex(name.c_str());
  facts.exists = index != 0;
  if (!facts.exists) return facts;

  const Ethtool ethtool(name);
  facts.is_up = ethtool.is_up();
  facts.mtu = ethtool.mtu().value_or(0);
  facts.driver = ethtool.driver();
  facts.native_xdp = has_native_xdp(index);
  if (const auto queues = ethtool.queues()) {
    facts.queues = queues->used;
    facts.most_queues = queues->most;
  }
  facts.has_lro = ethtool.has("rx-lro");
  facts.has_hardware_gro = ethtool.has("rx-gro-hw");

  const fs::path directory = fs::path("/sys/class/net") / name;
  if (is_vlan(directory)) facts.vlan_of = linked(directory, "lower_");
  facts.master = linked(directory, "master");
  facts.bond_mode = first_word(directory / "bonding" / "mode");

  if (auto programs = programs_on(index)) {
    facts.programs = std::move(*programs);
  } else {
    facts.untold = programs.error().message;
  }
  return facts;
}

}  // namespace sallyport
