// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/config/yaml_section.hpp"

namespace sallyport {

/// Reads the list `services` and checks that names and endpoints are each given once.
void read_services(std::vector<ServiceConfig>& into, const YamlValue& list);

}  // namespace sallyport
