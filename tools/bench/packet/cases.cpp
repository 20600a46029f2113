// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/packet/cases.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "agent/base/clock.hpp"
#include "agent/base/digest.hpp"
#include "agent/datapath/key_headers.hpp"

namespace sallyport::bench {
namespace {

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

/// `known`, once the service is declared.
Result<Known> declared(Tables& tables, std::uint16_t port, Known known, std::uint8_t traits = 0) {
  sp_service_key key{};
  key.local_port = htons(port);
  key.protocol = IPPROTO_TCP;
  auto put =
      tables.services().put(key, {.id = kService, .traits = traits, .mode = SP_MODE_ENFORCE});
  if (!put) return put.error();
  return known;
}

/// Every flow bound to one key's slot, which then gets the verdict.
Result<Known> arrange_connections(Tables& tables, const Traffic& traffic, sp_verdict verdict) {
  auto& slot = tables.slot_memory().slots[kSlot];
  slot.generation = kGeneration;
  slot.verdict = SP_PASS_BOUND;
  Known known;
  for (std::uint32_t n = 0; n < traffic.sources; ++n) {
    const auto source = nth_source(traffic, n).to_abi();
    for (std::uint32_t flow = 0; flow < traffic.flows; ++flow) {
      const auto port = static_cast<std::uint16_t>(traffic.first_port + flow);
      auto put = tables.connections().put(
          {.source = source, .source_port = htons(port), .service_id = kService},
          {.slot = kSlot, .generation = kGeneration, .superseded = 0});
      if (!put) return put.error();
      ++known.connections;
    }
  }
  slot.verdict = static_cast<__u32>(verdict);
  return declared(tables, traffic.port, std::move(known));
}

/// A key in good standing whose packets spend; the clock says whether they still may.
Result<Known> arrange_limit(Tables& tables, const Traffic& traffic, sp_verdict verdict) {
  const auto memory = tables.slot_memory();
  memory.slots[kSlot].limits = {
      .packet_cost_ns = 1, .packet_burst_ns = kOneHour, .byte_cost = 0, .byte_burst_ns = 0};
  const bool is_over = verdict == SP_DROP_KEY_OVER_PACKETS;
  memory.clocks[kSlot].packets_ns = is_over ? boot_now() + 100 * kOneHour : 0;
  return arrange_connections(tables, traffic, SP_PASS_BOUND);
}

/// A ban as the offender policy makes it: it ends, so the kernel has to read the clock.
Result<Known> arrange_bans(Tables& tables, const Traffic& traffic, sp_verdict verdict) {
  Known known;
  for (std::uint32_t n = 0; n < traffic.sources; ++n) {
    auto put = tables.sources().put(nth_source(traffic, n).as_source(),
                                    {.expires_ns = boot_now() + kOneHour,
                                     .verdict = static_cast<__u32>(verdict),
                                     .refusals = 10,
                                     .made_unix_s = 0,
                                     .repetition = 0,
                                     .reserved = 0});
    if (!put) return put.error();
    ++known.bans;
  }
  return declared(tables, traffic.port, std::move(known));
}

/// The traffic's prefixes by /24.
Result<Known> arrange_cidrs(Tables& tables, const Traffic& traffic, sp_verdict) {
  Known known;
  for (std::uint32_t n = 0; n < traffic.sources; n += 256) {
    known.prefixes.push_back({Cidr::containing(nth_source(traffic, n), 120), CidrAction::kDeny});
  }
  const auto last = nth_source(traffic, traffic.sources - 1);
  known.prefixes.push_back({Cidr::containing(last, 120), CidrAction::kDeny});
  return declared(tables, traffic.port, std::move(known));
}

/// The key that every request presents is denied, and the service has it in clear. It sends no
/// resets: they would be another measurement.
Result<Known> arrange_denied_key(Tables& tables, const Traffic& traffic, sp_verdict) {
  const auto digest = digest_of(kDeniedKey);
  DeniedKeyTable::Row row{{}, {.verdict = SP_DROP_KEY_REVOKED, .reserved = 0, .revision = 1}};
  std::copy_n(digest.begin(), sizeof row.id.digest, row.id.digest);
  if (auto put = tables.denied_keys().put({&row, 1}); !put) return put.error();
  const std::vector<std::string> headers = {"authorization", "x-api-key"};
  auto put = tables.services().put_key_headers(kService, encode_key_headers(headers));
  if (!put) return put.error();
  Known known;
  known.denied_keys = 1;
  return declared(tables, traffic.port, std::move(known), SP_SERVICE_CLEARTEXT);
}

/// A source's first SYN spends all it has for an hour.
Result<Known> arrange_pace(Tables& tables, const Traffic& traffic, sp_verdict) {
  if (auto set = tables.set_pace(kOneHour, 0); !set) return set.error();
  return declared(tables, traffic.port, {});
}

/// Whatever is in the tables, none of it is about these packets.
Result<Known> arrange_strangers(Tables& tables, const Traffic& traffic, sp_verdict) {
  return declared(tables, traffic.port, {});
}

/// A service is declared, but on another port.
Result<Known> arrange_other_port(Tables& tables, const Traffic& traffic, sp_verdict) {
  return declared(tables, static_cast<std::uint16_t>(traffic.port + 1), {});
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

Result<void> arrange(const Case& what, Tables& tables, const Options& options) {
  auto known = what.arrange(tables, options.traffic, what.verdict);
  if (!known) return known.error();
  return fill_up(tables, state_size(options.state), std::move(*known));
}

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
