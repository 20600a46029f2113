// SPDX-License-Identifier: Apache-2.0
#include "agent/app/metric_families.hpp"

#include <algorithm>

namespace sallyport {
namespace {

/// Counters of the agent that are told as one family with a label, or as a gauge. Every other one
/// is sallyport_<name>_total.
struct Renamed {
  std::string_view counter;
  std::string_view family;
  std::string_view help;
  std::string_view label;
  std::string_view value;
};

constexpr std::string_view kRefused = "sallyport_connections_refused_total";
constexpr std::string_view kRefusedHelp =
    "Connections that the inner door closed at accept, by reason.";
constexpr std::string_view kFailed = "sallyport_connections_failed_total";
constexpr std::string_view kFailedHelp = "Connections that a client's own doing ended, by reason.";
constexpr std::string_view kTables = "sallyport_table_failures_total";
constexpr std::string_view kTablesHelp =
    "What the kernel's tables did not take: the inner door judges it alone.";
constexpr std::string_view kEvents = "sallyport_events_lost_total";
constexpr std::string_view kEventsHelp = "Events that were lost, by where.";

constexpr Renamed kRenamed[] = {
    {"connections_denied", kRefused, kRefusedHelp, "reason", "denied_prefix"},
    {"connections_banned", kRefused, kRefusedHelp, "reason", "ban"},
    {"connections_paced", kRefused, kRefusedHelp, "reason", "pace"},
    {"floods", kFailed, kFailedHelp, "reason", "http2_flood"},
    {"handshake_failures", kFailed, kFailedHelp, "reason", "handshake"},
    {"timeouts", kFailed, kFailedHelp, "reason", "timeout"},
    {"bindings_failed", kTables, kTablesHelp, "table", "connections"},
    {"slots_refused", kTables, kTablesHelp, "table", "key_slots"},
    {"bans_failed", kTables, kTablesHelp, "table", "sources"},
    {"cidrs_failed", kTables, kTablesHelp, "table", "cidrs"},
    {"denied_keys_failed", kTables, kTablesHelp, "table", "denied_keys"},
    {"events_lost", kEvents, kEventsHelp, "at", "kernel"},
    {"events_missed", kEvents, kEventsHelp, "at", "reader"},
};

std::string sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text + ".";
}

void add_agent(const NamedCounter& counter, MetricsPage& page) {
  const auto value = static_cast<double>(counter.value);
  if (counter.name == "connections_open") {
    page.gauge("sallyport_connections_open", sentence(counter.text), {}, value);
    return;
  }
  const auto* const renamed =
      std::find_if(std::begin(kRenamed), std::end(kRenamed),
                   [&](const auto& one) { return one.counter == counter.name; });
  if (renamed == std::end(kRenamed)) {
    page.counter("sallyport_" + counter.name + "_total", sentence(counter.text), {}, value);
    return;
  }
  page.counter(renamed->family, renamed->help, {{renamed->label, std::string(renamed->value)}},
               value);
}

const char* mode_text(sp_mode mode) noexcept {
  return mode == SP_MODE_ENFORCE ? "enforce" : mode == SP_MODE_OBSERVE ? "observe" : "off";
}

void add_interfaces(const StatusView& status, std::size_t wanted, MetricsPage& page) {
  page.gauge("sallyport_outer_door_interfaces", "Interfaces that the configuration names.", {},
             static_cast<double>(wanted));
  page.gauge("sallyport_outer_door_up",
             "1: the kernel judges packets; 0: the inner door does the whole job.", {},
             status.outer_door ? 1 : 0);
  for (const auto& interface : status.interfaces) {
    for (const char* mode : {"native", "dispatcher", "tc", "none"}) {
      page.gauge(
          "sallyport_interface_attached", "1 for how the outer door is attached to the interface.",
          {{"interface", interface.name}, {"mode", mode}}, interface.attached == mode ? 1 : 0);
    }
  }
}

}  // namespace

void add_status(const StatusView& status, std::size_t wanted, MetricsPage& page) {
  page.gauge("sallyport_build_info", "1, labelled with what runs.",
             {{"version", status.version}, {"abi", std::to_string(status.abi_version)}}, 1);
  page.gauge("sallyport_uptime_seconds", "Since the agent started.", {},
             static_cast<double>(status.uptime_s));
  page.gauge("sallyport_store_revision", "Revision of the registry.", {},
             static_cast<double>(status.revision));
  page.gauge("sallyport_keys", "Keys in the registry that are not removed.", {},
             static_cast<double>(status.keys));
  page.gauge("sallyport_workers", "Threads that serve.", {}, status.workers);
  add_interfaces(status, wanted, page);
  for (const auto& service : status.services) {
    for (const auto mode : {SP_MODE_OFF, SP_MODE_OBSERVE, SP_MODE_ENFORCE}) {
      page.gauge("sallyport_service_mode", "1 for the mode of the service's outer door.",
                 {{"service", service.name}, {"mode", mode_text(mode)}},
                 service.mode == mode ? 1 : 0);
    }
  }
  for (const auto& table : status.tables) {
    page.gauge("sallyport_table_entries", "Entries of the outer door's tables.",
               {{"table", table.name}}, static_cast<double>(table.used));
    page.gauge("sallyport_table_capacity_entries", "Entries that the table can hold.",
               {{"table", table.name}}, static_cast<double>(table.capacity));
  }
}

void add_counters(const CountersView& counters, MetricsPage& page) {
  for (const auto& packet : counters.packets) {
    const MetricsPage::Labels verdict = {{"verdict", packet.verdict}};
    const auto& counter = packet.counter;
    page.counter("sallyport_packets_total", "Packets that the outer door judged, by verdict.",
                 verdict, static_cast<double>(counter.packets));
    page.counter("sallyport_packet_bytes_total", "Bytes of these packets.", verdict,
                 static_cast<double>(counter.bytes));
    if (!packet.verdict.starts_with("DROP_")) continue;
    page.counter("sallyport_observed_packets_total",
                 "Packets that a service in observe mode let pass and would else have dropped.",
                 verdict, static_cast<double>(counter.observed_packets));
    page.counter("sallyport_resets_total", "Dropped packets that were answered by a TCP reset.",
                 verdict, static_cast<double>(counter.resets));
  }
  for (const auto& check : counters.checks) {
    page.counter("sallyport_requests_total",
                 "Requests that the inner door judged, by the check that decided.",
                 {{"check", check.name}}, static_cast<double>(check.value));
  }
  for (const auto& counter : counters.agent) add_agent(counter, page);
}

void add_requests(const std::vector<RequestMeter::Reading>& services, MetricsPage& page) {
  static constexpr const char* kEnds[] = {"forwarded", "refused", "failed", "aborted", "tunnelled"};
  static_assert(std::size(kEnds) == static_cast<std::size_t>(RequestEnd::kCount));
  for (const auto& service : services) {
    for (std::size_t i = 0; i < service.ends.size(); ++i) {
      page.histogram(
          "sallyport_request_duration_seconds",
          "From the head of a request to the end of its response, or of its tunnel, by what "
          "became of it.",
          {{"service", service.service}, {"end", kEnds[i]}}, service.ends[i]);
    }
    page.histogram("sallyport_upstream_duration_seconds",
                   "From the head of a request to the head of the upstream's response.",
                   {{"service", service.service}}, service.upstream);
  }
}

void add_revocations(const RevocationTimes& times, MetricsPage& page) {
  const std::pair<const char*, const Histogram&> until[] = {{"store", times.until_store},
                                                            {"kernel", times.until_kernel},
                                                            {"terminator", times.until_terminator}};
  for (const auto& [part, histogram] : until) {
    Histogram::Reading reading;
    histogram.add_to(reading);
    page.histogram("sallyport_revocation_duration_seconds",
                   "From the command that condemns keys until the store holds it, the kernel "
                   "denies, and the terminator has cut.",
                   {{"until", part}}, reading);
  }
}

void add_certificates(const std::vector<ServiceCertificate>& certificates, MetricsPage& page) {
  for (const auto& certificate : certificates) {
    page.gauge("sallyport_certificate_expiry_timestamp_seconds",
               "When the certificate that the service shows ends.",
               {{"service", certificate.service}}, static_cast<double>(certificate.expires_at));
  }
}

void add_sync_lag(Revision revisions, MetricsPage& page) {
  page.gauge("sallyport_sync_lag_revisions",
             "Revisions that the store holds and the kernel and the workers do not yet.", {},
             static_cast<double>(revisions));
}

void add_control_wait(BootNs waited, MetricsPage& page) {
  page.gauge("sallyport_control_wait_seconds",
             "How long the control strand let this scrape wait, as it would a revocation.", {},
             static_cast<double>(waited) / static_cast<double>(kSecondNs));
}

}  // namespace sallyport
