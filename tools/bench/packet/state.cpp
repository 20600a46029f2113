// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/packet/state.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <utility>

#include "agent/config/config.hpp"
#include "bpf/abi/source.h"

namespace sallyport::bench {
namespace {

constexpr StateSize kLarge = {
    .connections = 1'000'000, .denied_keys = 1'000'000, .cidrs = 60'000, .bans = 100'000};
constexpr StateSize kSmall = {.connections = 1000, .denied_keys = 1000, .cidrs = 1000, .bans = 100};

constexpr std::uint32_t kOthersSlot = 2;
constexpr std::uint32_t kGeneration = 1;
constexpr std::uint32_t kConnectedFrom = 0x64400000;  // 100.64.0.0/10
constexpr std::uint32_t kBannedFrom = 0x0a000000;     // 10.0.0.0/8

std::uint32_t missing(std::uint32_t wanted, std::size_t have) {
  return have < wanted ? wanted - static_cast<std::uint32_t>(have) : 0;
}

/// All of one key in good standing.
Result<void> bind_others(Tables& tables, std::uint32_t count) {
  auto& slot = tables.slot_memory().slots[kOthersSlot];
  slot.generation = kGeneration;
  slot.verdict = SP_PASS_BOUND;
  for (std::uint32_t n = 0; n < count; ++n) {
    const auto port = static_cast<std::uint16_t>(1024 + n % 16);
    auto put = tables.connections().put(
        {.source = Address::from_v4(htonl(kConnectedFrom + n / 16)).to_abi(),
         .source_port = htons(port),
         .service_id = kService},
        {.slot = kOthersSlot, .generation = kGeneration, .superseded = 0});
    if (!put) return put;
  }
  return {};
}

Result<void> ban_others(Tables& tables, std::uint32_t count) {
  for (std::uint32_t n = 0; n < count; ++n) {
    auto put = tables.sources().put(Address::from_v4(htonl(kBannedFrom + n)),
                                    {.expires_ns = SP_NEVER,
                                     .verdict = SP_DROP_SOURCE_OFFENDER,
                                     .refusals = 10,
                                     .made_unix_s = 0,
                                     .repetition = 0,
                                     .reserved = 0});
    if (!put) return put;
  }
  return {};
}

/// As lists of abusive networks are: of all lengths, and every eighth divides a /24. In 64.0.0.0/2,
/// where nobody sends from.
void add_other_prefixes(std::vector<CidrRule>& rules, std::size_t wanted) {
  std::mt19937 random(1);
  while (rules.size() < wanted) {
    const auto length =
        static_cast<std::uint8_t>(96 + (random() % 8 == 0 ? 25 + random() % 8 : 17 + random() % 8));
    const auto elsewhere = Address::from_v4(htonl(0x40000000U | (random() & 0x3fffffff)));
    rules.push_back({Cidr::containing(elsewhere, length), CidrAction::kDeny});
  }
}

}  // namespace

const StateSize& state_size(const std::string& name) {
  return name == "small" ? kSmall : kLarge;
}

BpfObject::Capacities capacities_for(const StateSize& size, const Traffic& traffic) {
  const OuterDoorConfig usual;
  return {.connections =
              std::max({usual.max_connections, size.connections, traffic.sources * traffic.flows}),
          .sources = std::max({usual.max_sources, size.bans, traffic.sources}),
          .key_slots = usual.max_key_slots,
          .denied_keys = std::max(usual.max_denied_keys, size.denied_keys)};
}

std::vector<DeniedKeyTable::Row> make_denied_keys(std::size_t count) {
  std::vector<DeniedKeyTable::Row> rows(count);
  std::mt19937_64 random(2);
  for (auto& row : rows) {
    const std::uint64_t halves[] = {random(), random()};
    std::memcpy(row.id.digest, halves, sizeof row.id.digest);
    row.state = {.verdict = SP_DROP_KEY_REVOKED, .reserved = 0, .revision = 1};
  }
  return rows;
}

Result<void> fill_up(Tables& tables, const StateSize& size, Known known) {
  if (auto done = bind_others(tables, missing(size.connections, known.connections)); !done) {
    return done;
  }
  if (auto done = ban_others(tables, missing(size.bans, known.bans)); !done) return done;
  const auto keys = make_denied_keys(missing(size.denied_keys, known.denied_keys));
  if (auto done = tables.denied_keys().put(keys); !done) return done;
  add_other_prefixes(known.prefixes, size.cidrs);
  return tables.cidrs().replace(known.prefixes);
}

}  // namespace sallyport::bench
