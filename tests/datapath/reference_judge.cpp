// SPDX-License-Identifier: Apache-2.0
#include "tests/datapath/reference_judge.hpp"

#include <algorithm>
#include <variant>

#include "tests/datapath/reference_packet.hpp"
#include "tests/datapath/reference_request.hpp"

namespace sallyport::test {
namespace {

const World::Service* find_service(const World& world, const Segment& segment) {
  auto found = world.services.find({segment.destination, segment.destination_port, segment.is_udp});
  if (found == world.services.end()) {
    found = world.services.find({std::nullopt, segment.destination_port, segment.is_udp});
  }
  return found == world.services.end() ? nullptr : &found->second;
}

/// How a key in good standing judges its connection.
sp_verdict judge_limits(const World::Slot& slot, const Segment& segment) {
  sp_verdict verdict = SP_PASS_BOUND;
  if (slot.packets == World::Limit::kOver) verdict = SP_DROP_KEY_OVER_PACKETS;
  if (slot.bytes == World::Limit::kOver && !segment.payload.empty())
    verdict = SP_DROP_KEY_OVER_BYTES;
  return segment.closes() && verdict != SP_PASS_BOUND ? SP_PASS_CLOSING : verdict;
}

/// Nothing: the connection is not bound, or its slot says nothing about it.
std::optional<sp_verdict> judge_connection(World& world, const Segment& segment,
                                           std::uint16_t service) {
  if (segment.is_udp) return {};
  const auto bound = world.bindings.find({segment.source, segment.source_port, service});
  if (bound == world.bindings.end() || bound->second.is_superseded) return {};
  if (segment.opens()) {
    bound->second.is_superseded = true;
    return {};
  }
  const auto slot = world.slots.find(bound->second.slot);
  if (slot == world.slots.end() || slot->second.generation != bound->second.generation) return {};
  switch (slot->second.verdict) {
    case SP_PASS_BOUND:
      return judge_limits(slot->second, segment);
    case SP_DROP_CONNECTION_OFFENDER:
    case SP_DROP_KEY_REVOKED:
    case SP_DROP_KEY_SUSPENDED:
    case SP_DROP_KEY_EXPIRED:
    case SP_DROP_OWNER_INACTIVE:
      if (segment.closes()) return SP_PASS_CLOSING;
      return static_cast<sp_verdict>(slot->second.verdict);
    default:
      return {};
  }
}

/// The longest prefix that contains the source.
std::optional<CidrAction> find_cidr(const World& world, const Segment& segment) {
  const CidrRule* longest = nullptr;
  for (const auto& rule : world.cidrs) {
    if (is_v4(rule.prefix) == segment.is_v6 || !rule.prefix.contains(segment.source)) continue;
    if (longest == nullptr || rule.prefix.length >= longest->prefix.length) longest = &rule;
  }
  return longest == nullptr ? std::nullopt : std::optional(longest->action);
}

std::optional<sp_verdict> judge_source(const World& world, const Segment& segment) {
  if (const auto action = find_cidr(world, segment)) {
    return *action == CidrAction::kAllow ? SP_PASS_CIDR_ALLOWED : SP_DROP_CIDR_DENIED;
  }
  const auto ban = world.bans.find(segment.source.as_source());
  if (ban == world.bans.end() || ban->second.has_ended) return {};
  const auto verdict = ban->second.verdict;
  if (verdict != SP_DROP_SOURCE_OFFENDER && verdict != SP_DROP_SOURCE_BANNED) return {};
  return static_cast<sp_verdict>(verdict);
}

std::optional<sp_verdict> judge_pace(World& world, const Segment& segment) {
  if (!world.is_pacing || !segment.opens()) return {};
  if (world.has_opened.insert(segment.source.as_source()).second) return {};
  return SP_DROP_SOURCE_PACED;
}

/// Of what passes so far.
std::optional<sp_verdict> judge_first_bytes(World& world, const Segment& segment,
                                            const World::Service& service) {
  if ((service.traits & SP_SERVICE_CLEARTEXT) == 0 || segment.is_udp || world.denied_keys.empty()) {
    return {};
  }
  const World::ConnectionKey connection{segment.source, segment.source_port, service.id};
  if (segment.opens()) {
    world.fresh[connection] = segment.sequence + 1;
    return {};
  }
  const auto fresh = world.fresh.find(connection);
  if (segment.payload.empty() || fresh == world.fresh.end() || fresh->second != segment.sequence) {
    return {};
  }
  const auto key = key_in_first_segment(segment.payload, world.key_headers);
  if (key && world.denied_keys.contains(*key)) return SP_DROP_KEY_DENIED;
  world.fresh.erase(fresh);
  return {};
}

/// Whether a reset goes back in place of what is dropped.
bool is_answered(const Segment& segment, const World::Service& service, sp_verdict verdict) {
  static constexpr sp_verdict kFinal[] = {SP_DROP_CONNECTION_OFFENDER, SP_DROP_KEY_REVOKED,
                                          SP_DROP_KEY_SUSPENDED,       SP_DROP_KEY_EXPIRED,
                                          SP_DROP_OWNER_INACTIVE,      SP_DROP_KEY_DENIED};
  return (service.traits & SP_SERVICE_RESETS) != 0 &&
         std::find(std::begin(kFinal), std::end(kFinal), verdict) != std::end(kFinal) &&
         (segment.flags & (kSyn | kAck | kFin | kRst)) == kAck && !segment.has_options;
}

bool is_drop(sp_verdict verdict) {
  static constexpr bool kIsDrop[] = {
#define PASS false
#define DROP true
#define X(name, action, text) action,
      SP_VERDICTS(X)
#undef X
#undef DROP
#undef PASS
  };
  return kIsDrop[verdict];
}

}  // namespace

Outcome judge(World& world, const Bytes& frame) {
  Outcome outcome;
  try {
    const auto parsed = parse_packet(frame);
    if (const auto* passed = std::get_if<sp_verdict>(&parsed)) {
      outcome.verdict = *passed;
      return outcome;
    }
    const Segment& segment = std::get<Segment>(parsed);
    const auto* service = find_service(world, segment);
    outcome.verdict = SP_PASS_NOT_SERVICE;
    if (service == nullptr) return outcome;
    outcome.verdict = SP_PASS_OFF;
    if (service->mode == SP_MODE_OFF) return outcome;
    auto verdict = judge_connection(world, segment, service->id);
    if (!verdict) verdict = judge_source(world, segment);
    if (!verdict) verdict = judge_pace(world, segment);
    outcome.verdict = verdict.value_or(SP_PASS_UNJUDGED);
    if (outcome.verdict == SP_PASS_UNJUDGED || outcome.verdict == SP_PASS_CIDR_ALLOWED) {
      outcome.verdict = judge_first_bytes(world, segment, *service).value_or(outcome.verdict);
    }
    outcome.dropped = is_drop(outcome.verdict) && service->mode == SP_MODE_ENFORCE;
    outcome.observed = is_drop(outcome.verdict) && service->mode == SP_MODE_OBSERVE;
    outcome.answered = outcome.dropped && is_answered(segment, *service, outcome.verdict);
  } catch (const Cut&) {
    outcome.verdict = SP_PASS_UNPARSED;
  }
  return outcome;
}

}  // namespace sallyport::test
