// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/service/receipt.hpp"
#include "agent/telemetry/histogram.hpp"

namespace sallyport {

/// How long it took, from the command on, until each had what condemns a key.
///
/// Thread safety: the control strand observes, any thread reads.
struct RevocationTimes {
  Histogram until_store;       // durable
  Histogram until_kernel;      // the outer door refuses
  Histogram until_terminator;  // every worker has cut: acknowledged

  void observe(const Receipt& receipt) noexcept;
};

}  // namespace sallyport
