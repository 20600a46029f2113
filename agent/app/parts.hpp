// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "agent/app/access_log.hpp"
#include "agent/app/door.hpp"
#include "agent/app/request_meter.hpp"
#include "agent/app/revocation_times.hpp"
#include "agent/app/top_board.hpp"
#include "agent/association/key_index.hpp"
#include "agent/config/config.hpp"
#include "agent/offenders/offender_policy.hpp"
#include "agent/registry/registry.hpp"
#include "agent/sync/agent_edge.hpp"
#include "agent/sync/enforcer.hpp"
#include "agent/sync/event_hub.hpp"
#include "agent/sync/read_back.hpp"
#include "agent/sync/revision_clock.hpp"
#include "agent/sync/use_log.hpp"
#include "agent/terminator/terminator.hpp"

namespace sallyport {

/// The agent's parts, in the order in which they need each other. Confined to the control
/// strand, except where a part's own contract says more.
struct Parts {
  Parts(const Config& configuration, std::unique_ptr<Store> opened_store, Door opened_door,
        std::uint64_t expected_keys, unsigned worker_count, std::function<void()> wake);

  [[nodiscard]] std::vector<std::uint16_t> service_ids() const;

  const Config config;
  const unsigned workers;
  const BootNs started_at = boot_now();

  std::unique_ptr<Store> store;
  Registry registry;
  Door door;
  KeyIndex index;
  SlotTable slots;
  DeniedKeys denied;
  CidrList cidrs;
  BanList bans;
  Pacer pacer;
  LingeringBindings lingering;
  Enforcer enforcer;
  ReadBack read_back;
  UseLog uses;
  AgentEdge edge;
  OffenderPolicy policy;
  EventHub events;                         // any thread
  RevisionClock revisions;                 // any thread
  RevocationTimes revocations;             // read by any thread
  std::unique_ptr<AccessLog> access;       // null: none
  std::unique_ptr<RequestMeter> meter;     // null: nobody asks
  std::unique_ptr<TopBoard> top;           // made with the terminator, which tells it
  std::unique_ptr<Terminator> terminator;  // made last, gone first
  std::vector<sp_mode> modes;              // by service, as they are in force
  std::uint64_t offender_bans = 0;         // counters of the control strand
  std::uint64_t offender_cuts = 0;
};

/// Writes one service, with the mode in `parts.modes`, into the services table.
Result<void> declare_service(Parts& parts, std::size_t service);

}  // namespace sallyport
