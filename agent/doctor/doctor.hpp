// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/config/config.hpp"
#include "agent/doctor/finding.hpp"

namespace sallyport {

/// Looks at the host as the configuration needs it, and judges. No agent need run, and nothing is
/// changed. The gravest come first.
[[nodiscard]] Findings examine(const std::string& config_file, const Config& config);

/// {"findings":[{"severity","check","subject","message","remedy"}]}
[[nodiscard]] std::string to_json(const Findings& findings);

}  // namespace sallyport
