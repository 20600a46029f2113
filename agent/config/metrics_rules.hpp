// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "agent/base/address.hpp"

namespace sallyport {

/// Where Prometheus may ask.
struct MetricsConfig {
  Address address;
  std::uint16_t port = 0;  // 0: nowhere

  [[nodiscard]] bool is_on() const noexcept { return port != 0; }
};

}  // namespace sallyport
