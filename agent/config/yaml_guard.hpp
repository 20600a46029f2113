// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "agent/config/config.hpp"

namespace sallyport {

/// What makes a text no configuration before any field is looked at: too large, not text, not
/// YAML, more than one document, deeper or of more parts than a configuration has, or with
/// anchors and aliases, by which a small text can stand for a huge one. nullopt: it may be read.
[[nodiscard]] std::optional<ConfigError> check_yaml(std::string_view yaml);

}  // namespace sallyport
