// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "agent/base/address.hpp"
#include "agent/base/result.hpp"
#include "agent/telemetry/metrics_page.hpp"

namespace sallyport {

/// Answers Prometheus: GET /metrics, in plain HTTP, on threads of its own.
class MetricsEndpoint {
 public:
  /// Writes the page of one scrape. On a thread of the endpoint's, two at once at most; may wait.
  using Write = std::function<void(MetricsPage& page)>;

  [[nodiscard]] static Result<std::unique_ptr<MetricsEndpoint>> open(const Address& address,
                                                                     std::uint16_t port,
                                                                     Write write);
  /// Waits for scrapes that run.
  virtual ~MetricsEndpoint() = default;
};

}  // namespace sallyport
