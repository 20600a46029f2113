// SPDX-License-Identifier: Apache-2.0
#include "agent/app/views.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "agent/app/verdicts.hpp"
#include "agent/association/check_code.hpp"
#include "agent/terminator/socket_address.hpp"
#include "bpf/abi/layout.h"

namespace sallyport {
namespace {

std::vector<NamedCounter> view_checks(const TerminatorCounters& counters) {
  std::vector<NamedCounter> checks;
  for (std::size_t i = 0; i < static_cast<std::size_t>(CheckCode::kCount); ++i) {
    const auto& check = info(static_cast<CheckCode>(i));
    checks.push_back({std::string(check.code), std::string(check.text), counters.checks[i]});
  }
  return checks;
}

std::uint64_t lost_events(Parts& parts) {
  const auto* ring = parts.door.events();
  if (ring == nullptr) return 0;
  const auto lost = ring->lost();
  return lost ? *lost : 0;
}

std::vector<NamedCounter> view_agent(Parts& parts, const TerminatorCounters& counters) {
  return {
      {"connections", "connections accepted", counters.connections},
      {"connections_open", "connections open now", counters.connections_open},
      {"connections_cut",
       "connections cut by a revocation, a ban, a denied prefix or the offender policy",
       counters.cut},
      {"connections_denied", "connections closed at accept, because of a denied prefix",
       counters.denied},
      {"connections_banned", "connections closed at accept, because of a ban", counters.banned},
      {"connections_paced", "connections closed at accept, because of their source's pace",
       counters.paced},
      {"accept_pauses", "pauses in accepting, for want of file descriptors",
       counters.accept_pauses},
      {"floods", "HTTP/2 connections ended for what they asked too often", counters.floods},
      {"tunnels", "requests that were upgraded, to WebSocket or the like", counters.tunnels},
      {"access_lost", "lines of the access log that could not be written",
       parts.access ? parts.access->lost() : 0},
      {"handshake_failures", "TLS handshakes that failed", counters.handshake_failures},
      {"bad_requests", "requests that do not parse", counters.bad_requests},
      {"timeouts", "clients that were too slow", counters.timeouts},
      {"upstream_failures", "requests that the upstream failed", counters.upstream_failures},
      {"offender_bans", "bans made by the offender policy", parts.offender_bans},
      {"offender_cuts", "offenders on shared addresses whose connections alone were cut",
       parts.offender_cuts},
      {"observations_lost", "observations that found a full queue", parts.edge.lost_observations()},
      {"bindings_failed", "connections that the kernel's table did not take",
       parts.edge.failed_bindings()},
      {"slots_refused", "keys for which no kernel slot was free", parts.slots.refused()},
      {"bans_failed", "bans that the kernel's table did not take", parts.bans.table_failures()},
      {"cidrs_failed", "lists of prefixes that the kernel did not take",
       parts.cidrs.table_failures()},
      {"denied_keys_failed", "writes of denied keys that the kernel's table did not take",
       parts.denied.table_failures()},
      {"drift", "rows of the kernel's tables that were not what they should be, and were mended",
       parts.read_back.drift()},
      {"events_lost", "events that found the kernel's ring full", lost_events(parts)},
      {"events_missed", "events that those who follow them were too slow for",
       parts.events.missed()},
  };
}

}  // namespace

std::vector<BanView> view_bans(Parts& parts) {
  const BootNs boot = boot_now();
  const UnixSeconds unix_time = unix_now();
  std::vector<BanView> views;
  for (const auto& ban : parts.bans.in_force(boot)) {
    const bool ends = ban.expires_ns != SP_NEVER;
    const auto left = ends ? static_cast<UnixSeconds>((ban.expires_ns - boot) / kSecondNs) + 1 : 0;
    views.push_back({.source = ban.source,
                     .origin = ban.by_operator ? BanOrigin::kOperator : BanOrigin::kOffender,
                     .reason = ban.by_operator ? ban.reason : "kept presenting refused keys",
                     .created_at = ban.created_at,
                     .expires_at = ends ? unix_time + left : 0,
                     .refusals = ban.refusals,
                     .repetition = ban.repetition});
  }
  std::sort(views.begin(), views.end(),
            [](const BanView& a, const BanView& b) { return a.source < b.source; });
  return views;
}

Result<StatusView> view_status(Parts& parts, std::vector<TableUse> tables) {
  auto revision = parts.registry.revision();
  if (!revision) return revision.error();
  StatusView view{.version = SALLYPORT_VERSION,
                  .abi_version = SP_ABI_VERSION,
                  .uptime_s = (boot_now() - parts.started_at) / kSecondNs,
                  .pid = static_cast<std::uint64_t>(getpid()),
                  .revision = *revision,
                  .keys = parts.index.keys(),
                  .workers = parts.workers,
                  .outer_door = parts.door.is_kernel(),
                  .outer_door_note = parts.door.note(),
                  .interfaces = parts.door.interfaces(),
                  .services = {},
                  .tables = std::move(tables)};
  for (std::size_t i = 0; i < parts.config.services.size(); ++i) {
    const auto& service = parts.config.services[i];
    view.services.push_back({service.name, to_string(service.listen),
                             to_string(service.upstream.endpoint), parts.modes[i]});
  }
  return view;
}

CountersView view_counters(Parts& parts, const PacketCounters& packets) {
  CountersView view;
  for (std::uint32_t i = 0; i < SP_VERDICT_COUNT; ++i) {
    view.packets.push_back(
        {std::string(verdict_name(i)), std::string(verdict_text(i)), packets[i]});
  }
  const auto counters = parts.terminator->counters();
  view.checks = view_checks(counters);
  view.agent = view_agent(parts, counters);
  return view;
}

}  // namespace sallyport
