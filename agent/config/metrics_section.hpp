// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/config/yaml_section.hpp"

namespace sallyport {

/// Refuses an address that others than this host reach, unless the section allows it.
void read_metrics(Config& into, const YamlValue& section);

}  // namespace sallyport
