// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace sallyport {

enum class AccessFormat : std::uint8_t { kJson, kCombined };

/// Where every request is told.
struct AccessLogConfig {
  std::string file;  // empty: nowhere
  AccessFormat format = AccessFormat::kJson;
};

}  // namespace sallyport
