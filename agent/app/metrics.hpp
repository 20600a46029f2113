// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/app/parts.hpp"
#include "agent/service/operations.hpp"
#include "agent/telemetry/metrics_page.hpp"

namespace sallyport {

/// Writes what one scrape is told. Any thread but the control strand's, which it waits for.
void write_metrics(Operations& operations, Parts& parts, MetricsPage& page);

}  // namespace sallyport
