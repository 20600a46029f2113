// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/config/yaml_section.hpp"

namespace sallyport {

void read_events(EventRules& into, const YamlValue& section);

}  // namespace sallyport
