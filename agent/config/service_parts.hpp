// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/config/yaml_section.hpp"

namespace sallyport {

// The sections inside a service that stand for themselves.

/// One certificate, or a list of them.
void read_tls(std::vector<CertificateFiles>& into, const YamlValue& section);
void read_upstream(UpstreamConfig& into, const YamlValue& section);
void read_limits(HttpLimits& into, const YamlValue& section);

}  // namespace sallyport
