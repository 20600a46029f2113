// SPDX-License-Identifier: Apache-2.0
#include "agent/app/parts.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <utility>

#include "agent/datapath/key_headers.hpp"

namespace sallyport {
namespace {

bool is_any(const Address& address) noexcept {
  return address == Address{} || address == Address::from_v4(0);
}

/// What the outer door has let through must not be refused here because it came late: the inner
/// door's burst is two seconds' worth larger.
Budget inner_pace(const PaceRules& rules) {
  constexpr std::uint32_t kLateness = 2;
  return Budget::per_second(rules.per_second, rules.burst + kLateness * rules.per_second);
}

bool has_cleartext(const Config& config) {
  return std::any_of(config.services.begin(), config.services.end(),
                     [](const auto& service) { return service.kind == ServiceKind::kCleartext; });
}

}  // namespace

Parts::Parts(const Config& configuration, std::unique_ptr<Store> opened_store, Door opened_door,
             std::uint64_t expected_keys, unsigned worker_count, std::function<void()> wake)
    : config(configuration),
      workers(worker_count),
      store(std::move(opened_store)),
      registry(*store),
      door(std::move(opened_door)),
      index(expected_keys),
      slots(door.tables().slot_memory()),
      denied(door.tables().denied_keys(), has_cleartext(config)),
      cidrs(door.tables().cidrs()),
      bans(door.tables().sources()),
      pacer(inner_pace(config.pace)),
      lingering(door.tables().connections()),
      enforcer(index, slots, denied, cidrs, bans),
      read_back(door.tables(), index, slots, denied, cidrs, bans),
      uses(index, registry),
      edge(cidrs, bans, pacer, slots, door.tables().connections(), lingering, workers,
           std::move(wake)),
      policy(config.offenders, started_at),
      modes(config.services.size(), config.outer_door.mode) {}

std::vector<std::uint16_t> Parts::service_ids() const {
  std::vector<std::uint16_t> ids;
  for (std::size_t i = 0; i < config.services.size(); ++i) {
    ids.push_back(static_cast<std::uint16_t>(i + 1));
  }
  return ids;
}

Result<void> declare_service(Parts& parts, std::size_t service) {
  const ServiceConfig& config = parts.config.services[service];
  ServiceTable& table = parts.door.tables().services();
  const std::uint16_t id = parts.service_ids()[service];
  const bool is_cleartext = config.kind == ServiceKind::kCleartext;
  if (is_cleartext) {
    auto done = table.put_key_headers(id, encode_key_headers(config.key_headers));
    if (!done) return done;
  }
  const unsigned traits =
      (is_cleartext ? SP_SERVICE_CLEARTEXT : 0) | (config.answers_by_reset ? SP_SERVICE_RESETS : 0);
  const sp_service row{.id = id,
                       .traits = static_cast<__u8>(traits),
                       .mode = static_cast<__u8>(parts.modes[service])};
  sp_service_key key{};
  if (!is_any(config.listen.address)) key.local_address = config.listen.address.to_abi();
  key.local_port = htons(config.listen.port);
  key.protocol = IPPROTO_TCP;
  if (auto done = table.put(key, row); !done || !config.takes_udp) return done;
  key.protocol = IPPROTO_UDP;
  return table.put(key, row);
}

}  // namespace sallyport
