// SPDX-License-Identifier: Apache-2.0
#include "agent/app/metrics.hpp"

#include "agent/app/metric_families.hpp"

namespace sallyport {

// A part that can't be told is left out: Prometheus knows an absent series.
void write_metrics(Operations& operations, Parts& parts, MetricsPage& page) {
  add_sync_lag(parts.revisions.lag(), page);  // before the strand is waited for: it may be busy
  const BootNs asked_at = boot_now();
  if (const auto status = operations.status()) {
    add_control_wait(boot_now() - asked_at, page);
    add_status(*status, parts.config.outer_door.interfaces.size(), page);
  }
  if (const auto counters = operations.counters()) add_counters(*counters, page);
  if (parts.meter) add_requests(parts.meter->read(), page);
  add_revocations(parts.revocations, page);
  add_certificates(parts.terminator->certificates(), page);
}

}  // namespace sallyport
