// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/packet/cases.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>

#include "agent/base/clock.hpp"
#include "agent/base/digest.hpp"
#include "agent/datapath/key_headers.hpp"

namespace sallyport::bench {
namespace {

constexpr std::uint16_t kService = 1;
constexpr std::uint32_t kSlot = 1;
constexpr std::uint32_t kGeneration = 1;
constexpr std::uint64_t kOneHour = 3'600'000'000'000;

/// As sp-trafficgen counts: the last 32 bits of the address vary.
Address nth_source(const Traffic& traffic, std::uint32_t n) {
  Address address = traffic.first_source;
  std::uint32_t word = 0;
  std::memcpy(&word, &address.bytes[12], sizeof word);
  word = htonl(ntohl(word) + n);
  std::memcpy(&address.bytes[12], &word, sizeof word);
  return address;
}

Result<void> declare_service(Tables& tables, std::uint16_t port, std::uint8_t traits = 0) {
  sp_service_key key{};
  key.local_port = htons(port);
  key.protocol = IPPROTO_TCP;
  return tables.services().put(key, {.id = kService, .traits = traits, .mode = SP_MODE_ENFORCE});
}

/// Every flow bound to one key's slot, which then gets the verdict.
Result<void> arrange_connections(Tables& tables, const Traffic& traffic, sp_verdict verdict) {
  auto& slot = tables.slot_memory().slots[kSlot];
  slot.generation = kGeneration;
  slot.verdict = SP_PASS_BOUND;
  for (std::uint32_t n = 0; n < traffic.sources; ++n) {
    const auto source = nth_source(traffic, n).to_abi();
    for (std::uint32_t flow = 0; flow < traffic.flows; ++flow) {
      const auto port = static_cast<std::uint16_t>(traffic.first_port + flow);
      auto put = tables.connections().put(
          {.source = source, .source_port = htons(port), .service_id = kService},
          {.slot = kSlot, .generation = kGeneration, .superseded = 0});
      if (!put) return put;
    }
  }
  slot.verdict = static_cast<__u32>(verdict);
  return declare_service(tables, traffic.port);
}

/// A key in good standing whose packets spend; the clock says whether they still may.
Result<void> arrange_limit(Tables& tables, const Traffic& traffic, sp_verdict verdict) {
  const auto memory = tables.slot_memory();
  memory.slots[kSlot].limits = {
      .packet_cost_ns = 1, .packet_burst_ns = kOneHour, .byte_cost = 0, .byte_burst_ns = 0};
  const bool is_over = verdict == SP_DROP_KEY_OVER_PACKETS;
  memory.clocks[kSlot].packets_ns = is_over ? boot_now() + 100 * kOneHour : 0;
  return arrange_connections(tables, traffic, SP_PASS_BOUND);
}

/// A ban as the offender policy makes it: it ends, so the kernel has to read the clock.
Result<void> arrange_bans(Tables& tables, const Traffic& traffic, sp_verdict verdict) {
  for (std::uint32_t n = 0; n < traffic.sources; ++n) {
    auto put = tables.sources().put(nth_source(traffic, n).as_source(),
                                    {.expires_ns = boot_now() + kOneHour,
                                     .verdict = static_cast<__u32>(verdict),
                                     .refusals = 10,
                                     .made_unix_s = 0,
                                     .repetition = 0,
                                     .reserved = 0});
    if (!put) return put;
  }
  return declare_service(tables, traffic.port);
}

/// A list of 60,000 prefixes, as lists of abusive networks are: the traffic's by /24, and others of
/// all lengths, of which every eighth divides a /24.
Result<void> arrange_cidrs(Tables& tables, const Traffic& traffic, sp_verdict) {
  constexpr std::size_t kPrefixes = 60'000;
  std::vector<CidrRule> rules;
  for (std::uint32_t n = 0; n < traffic.sources; n += 256) {
    rules.push_back({Cidr::containing(nth_source(traffic, n), 120), CidrAction::kDeny});
  }
  const auto last = nth_source(traffic, traffic.sources - 1);
  rules.push_back({Cidr::containing(last, 120), CidrAction::kDeny});
  std::mt19937 random(1);
  while (rules.size() < kPrefixes) {
    const auto length =
        static_cast<std::uint8_t>(96 + (random() % 8 == 0 ? 25 + random() % 8 : 17 + random() % 8));
    const auto elsewhere = Address::from_v4(htonl(0x40000000U | (random() & 0x3fffffff)));
    rules.push_back({Cidr::containing(elsewhere, length), CidrAction::kDeny});
  }
  if (auto done = tables.cidrs().replace(rules); !done) return done;
  return declare_service(tables, traffic.port);
}

/// Both tables hold something, none of it about these packets.
Result<void> arrange_strangers(Tables& tables, const Traffic& traffic, sp_verdict) {
  Traffic other = traffic;
  other.first_source = *Address::parse("203.0.113.0");
  other.sources = 50;
  other.port = traffic.port;
  if (auto done = arrange_bans(tables, other, SP_DROP_SOURCE_OFFENDER); !done) return done;
  return arrange_connections(tables, other, SP_PASS_BOUND);
}

/// A service is declared, but on another port.
Result<void> arrange_other_port(Tables& tables, const Traffic& traffic, sp_verdict) {
  Traffic other = traffic;
  other.port = static_cast<std::uint16_t>(traffic.port + 1);
  return arrange_strangers(tables, other, SP_PASS_BOUND);
}

/// The key that every request presents is denied, and the service has it in clear. It sends no
/// resets: they would be another measurement.
Result<void> arrange_denied_key(Tables& tables, const Traffic& traffic, sp_verdict) {
  const auto digest = digest_of(kDeniedKey);
  DeniedKeyTable::Row row{{}, {.verdict = SP_DROP_KEY_REVOKED, .reserved = 0, .revision = 1}};
  std::copy_n(digest.begin(), sizeof row.id.digest, row.id.digest);
  if (auto put = tables.denied_keys().put({&row, 1}); !put) return put;
  const std::vector<std::string> headers = {"authorization", "x-api-key"};
  auto put = tables.services().put_key_headers(kService, encode_key_headers(headers));
  if (!put) return put;
  return declare_service(tables, traffic.port, SP_SERVICE_CLEARTEXT);
}

/// A source's first SYN spends all it has for an hour.
Result<void> arrange_pace(Tables& tables, const Traffic& traffic, sp_verdict) {
  if (auto set = tables.set_pace(kOneHour, 0); !set) return set;
  return declare_service(tables, traffic.port);
}

const std::array kCases = {
    Case{"condemned-connection", SP_DROP_KEY_REVOKED, arrange_connections, &kAcks},
    Case{"banned-source", SP_DROP_SOURCE_OFFENDER, arrange_bans, &kAcks},
    Case{"denied-cidr", SP_DROP_CIDR_DENIED, arrange_cidrs, &kAcks},
    Case{"over-limit", SP_DROP_KEY_OVER_PACKETS, arrange_limit, &kAcks},
    Case{"denied-cleartext-key", SP_DROP_KEY_DENIED, arrange_denied_key, &kRequests},
    Case{"paced-syn", SP_DROP_SOURCE_PACED, arrange_pace, &kSyns},
    Case{"pass-within-limit", SP_PASS_BOUND, arrange_limit, &kAcks},
    Case{"pass-bound", SP_PASS_BOUND, arrange_connections, &kAcks},
    Case{"pass-unjudged", SP_PASS_UNJUDGED, arrange_strangers, &kAcks},
    Case{"pass-not-service", SP_PASS_NOT_SERVICE, arrange_other_port, &kAcks},
};

}  // namespace

const Case& get_case(const std::string& name) {
  return *std::find_if(kCases.begin(), kCases.end(),
                       [&name](const Case& it) { return it.name == name; });
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& it : kCases) names.emplace_back(it.name);
  return names;
}

}  // namespace sallyport::bench
