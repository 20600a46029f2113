// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/config/config.hpp"
#include "agent/doctor/facts.hpp"
#include "agent/doctor/finding.hpp"

namespace sallyport {

// What is wrong with what was seen. Pure.

void judge_interface(const InterfaceFacts& facts, const HostFacts& host,
                     const OuterDoorConfig& config, Findings& findings);
/// What BPF needs is asked for only where an interface is configured.
void judge_host(const HostFacts& facts, const OuterDoorConfig& config, Findings& findings);
void judge_certificate(const CertificateFacts& facts, UnixSeconds now, Findings& findings);
void judge_upstream(const UpstreamFacts& facts, Findings& findings);
void judge_store(const FileFacts& store, const FileFacts& directory, Findings& findings);
void judge_control_socket(const FileFacts& socket, Findings& findings);
void judge_config_file(const FileFacts& file, Findings& findings);

/// The largest MTU at which a frame with two VLAN tags lies in one page, as native XDP without
/// fragments needs it.
[[nodiscard]] unsigned most_native_mtu(unsigned page_bytes) noexcept;

}  // namespace sallyport
