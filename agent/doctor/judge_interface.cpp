// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "agent/doctor/judge.hpp"

namespace sallyport {
namespace {

// Room in front of a frame, what the kernel keeps behind it, and headers that the MTU leaves out.
constexpr unsigned kHeadroom = 256;
constexpr unsigned kTail = 320;
constexpr unsigned kHeaders = 14 + 2 * 4;

// Those that hand XDP on to the interfaces below (Linux, bond_xdp_check).
constexpr std::array<std::string_view, 4> kXdpBondModes = {"balance-rr", "active-backup",
                                                           "balance-xor", "802.3ad"};

bool wants_native(const OuterDoorConfig& config) noexcept {
  return config.attach != Attach::kTc;
}

/// Where native XDP is wanted and can't be had: fatal only if there is no other way.
Severity without_native(const OuterDoorConfig& config) noexcept {
  return config.attach == Attach::kAuto ? Severity::kWarning : Severity::kError;
}

const char* instead_of_native(const OuterDoorConfig& config) noexcept {
  return config.attach == Attach::kAuto ? "; the outer door uses TC, which costs more"
                                        : "; the outer door can't be attached as configured";
}

void judge_driver(const InterfaceFacts& facts, const OuterDoorConfig& config, Findings& findings) {
  if (!wants_native(config) || facts.native_xdp.value_or(true)) return;
  const std::string driver = facts.driver.empty() ? "its driver" : "the driver " + facts.driver;
  findings.push_back({without_native(config), "driver", facts.name,
                      driver + " has no native XDP" + instead_of_native(config),
                      "`attach: tc` says that this is meant"});
}

void judge_mtu(const InterfaceFacts& facts, const HostFacts& host, const OuterDoorConfig& config,
               Findings& findings) {
  const unsigned most = most_native_mtu(host.page_bytes);
  if (!wants_native(config) || !facts.native_xdp.value_or(true) || facts.mtu <= most) return;
  findings.push_back({without_native(config), "mtu", facts.name,
                      "an MTU of " + std::to_string(facts.mtu) +
                          " needs frames of several pages, which our native XDP does not take" +
                          instead_of_native(config),
                      "ip link set " + facts.name + " mtu " + std::to_string(most) +
                          " or less (1500 where clients come from the internet)"});
}

void judge_stack(const InterfaceFacts& facts, Findings& findings) {
  if (!facts.vlan_of.empty()) {
    findings.push_back({Severity::kWarning, "vlan", facts.name,
                        "it is a VLAN on " + facts.vlan_of + ", and has no native XDP of its own",
                        "name " + facts.vlan_of +
                            " under interfaces: the programs read VLAN tags, and touch only "
                            "declared services"});
  }
  if (!facts.master.empty()) {
    findings.push_back({Severity::kWarning, "bond", facts.name,
                        "it is a part of " + facts.master + "; its siblings are not judged",
                        "name " + facts.master + " under interfaces"});
  }
  if (!facts.bond_mode.empty() && std::find(kXdpBondModes.begin(), kXdpBondModes.end(),
                                            facts.bond_mode) == kXdpBondModes.end()) {
    findings.push_back({Severity::kWarning, "bond", facts.name,
                        "a bond of mode " + facts.bond_mode + " takes no native XDP",
                        "use balance-rr, active-backup, balance-xor or 802.3ad, or attach: tc"});
  }
}

void judge_queues(const InterfaceFacts& facts, const HostFacts& host, Findings& findings) {
  if (!facts.queues || !facts.most_queues) return;
  const unsigned could = std::min(*facts.most_queues, host.cpus);
  if (*facts.queues >= could) return;
  findings.push_back({Severity::kWarning, "queues", facts.name,
                      "it receives in " + std::to_string(*facts.queues) + " queues where " +
                          std::to_string(could) + " could share the work of " +
                          std::to_string(host.cpus) + " CPUs",
                      "ethtool -L " + facts.name + " combined " + std::to_string(could)});
}

void judge_offloads(const InterfaceFacts& facts, const OuterDoorConfig& config,
                    Findings& findings) {
  if (!wants_native(config)) return;
  if (facts.has_lro) {
    findings.push_back({Severity::kWarning, "offloads", facts.name,
                        "large receive offload is on, which native XDP can't be used with",
                        "ethtool -K " + facts.name + " lro off"});
  }
  if (facts.has_hardware_gro) {
    findings.push_back({Severity::kWarning, "offloads", facts.name,
                        "the hardware merges packets (GRO), which native XDP can't be used with",
                        "ethtool -K " + facts.name + " rx-gro-hw off"});
  }
}

std::string told(const AttachedProgram& program) {
  return (program.name.empty() ? "a program" : program.name) + " (id " +
         std::to_string(program.id) + ", loaded by uid " + std::to_string(program.owner_uid) + ")";
}

void judge_program(const InterfaceFacts& facts, const AttachedProgram& program,
                   const OuterDoorConfig& config, Findings& findings) {
  using Hook = AttachedProgram::Hook;
  if (program.is_ours) return;
  if (program.hook == Hook::kTcIngress || program.hook == Hook::kTcEgress) {
    findings.push_back({Severity::kNote, "programs", facts.name,
                        std::string(program.hook == Hook::kTcIngress ? "TC ingress" : "TC egress") +
                            " has " + told(program) + " too",
                        "nothing, if you know it: it and ours see the same packets"});
    return;
  }
  if (program.is_dispatcher) {
    if (config.attach != Attach::kNative) return;
    findings.push_back({Severity::kError, "programs", facts.name,
                        "libxdp's dispatcher is on it, beside which nothing attaches natively",
                        "attach: auto, or dispatcher"});
    return;
  }
  findings.push_back({config.attach == Attach::kTc ? Severity::kNote : without_native(config),
                      "programs", facts.name,
                      std::string("another XDP program is on it: ") + told(program) +
                          (config.attach == Attach::kTc ? "" : instead_of_native(config)),
                      "load it by xdp-loader, so that both take a place in libxdp's dispatcher, or "
                      "take it away: ip link set " +
                          facts.name + " xdp off"});
}

}  // namespace

unsigned most_native_mtu(unsigned page_bytes) noexcept {
  return page_bytes - kHeadroom - kTail - kHeaders;
}

void judge_interface(const InterfaceFacts& facts, const HostFacts& host,
                     const OuterDoorConfig& config, Findings& findings) {
  if (!facts.exists) {
    findings.push_back({Severity::kError, "interface", facts.name, "there is no such interface",
                        "`ip -brief link` lists them; correct outer_door.interfaces"});
    return;
  }
  if (!facts.is_up) {
    findings.push_back({Severity::kWarning, "interface", facts.name, "it is down",
                        "ip link set " + facts.name + " up"});
  }
  judge_driver(facts, config, findings);
  judge_mtu(facts, host, config, findings);
  judge_stack(facts, findings);
  judge_queues(facts, host, findings);
  judge_offloads(facts, config, findings);
  if (!facts.untold.empty()) {
    findings.push_back({Severity::kUnknown, "programs", facts.name,
                        "who else has programs on it can't be seen: " + facts.untold,
                        "run it as root"});
  }
  for (const auto& program : facts.programs) judge_program(facts, program, config, findings);
}

}  // namespace sallyport
