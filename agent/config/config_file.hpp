// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/base/result.hpp"

namespace sallyport {

/// The text of a configuration file of at most 1 MiB; a regular file only, so that a FIFO or a
/// device can't hold the start up.
[[nodiscard]] Result<std::string> read_config_file(const std::string& path);

}  // namespace sallyport
