// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/app/request_meter.hpp"
#include "agent/app/revocation_times.hpp"
#include "agent/base/clock.hpp"
#include "agent/service/status_view.hpp"
#include "agent/telemetry/metrics_page.hpp"
#include "agent/terminator/terminator.hpp"

namespace sallyport {

// What operators see, as Prometheus has it. Pure. No label holds what a client can choose: keys,
// addresses and paths are never among them.

/// `wanted`: interfaces that the configuration names.
void add_status(const StatusView& status, std::size_t wanted, MetricsPage& page);
void add_counters(const CountersView& counters, MetricsPage& page);
void add_requests(const std::vector<RequestMeter::Reading>& services, MetricsPage& page);
void add_revocations(const RevocationTimes& times, MetricsPage& page);
void add_certificates(const std::vector<ServiceCertificate>& certificates, MetricsPage& page);
void add_sync_lag(Revision revisions, MetricsPage& page);
/// How long the control strand let a scrape wait, as it would a revocation.
void add_control_wait(BootNs waited, MetricsPage& page);

}  // namespace sallyport
