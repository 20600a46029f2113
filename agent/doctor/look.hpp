// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/config/config.hpp"
#include "agent/doctor/facts.hpp"

namespace sallyport {

// Looks, and changes nothing. What the host does not say is left as the facts have it.

[[nodiscard]] InterfaceFacts look_at_interface(const std::string& name);
[[nodiscard]] HostFacts look_at_host(const std::string& pin_directory);
[[nodiscard]] CertificateFacts look_at_certificate(const std::string& service,
                                                   const CertificateFiles& files);
/// Connects, waits at most `connect_timeout` for it (and never longer than two seconds), and says
/// nothing.
[[nodiscard]] UpstreamFacts look_at_upstream(const ServiceConfig& service);
[[nodiscard]] FileFacts look_at_file(const std::string& path);

}  // namespace sallyport
