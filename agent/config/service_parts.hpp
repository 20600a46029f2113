// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/config/yaml_section.hpp"

namespace sallyport {

// The sections inside a service that stand for themselves.

void read_tls(TlsConfig& into, const YamlValue& section);
void read_upstream(UpstreamConfig& into, const YamlValue& section);
void read_limits(HttpLimits& into, const YamlValue& section);

}  // namespace sallyport
