// SPDX-License-Identifier: Apache-2.0
#include "tests/datapath/reference_judge.hpp"

#include <algorithm>
#include <stdexcept>
#include <variant>

namespace sallyport::test {
namespace {

struct Segment {
  Address source;
  Address destination;
  bool is_v6 = false;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint8_t flags = 0;
  std::size_t payload = 0;
};

/// The frame ends before the byte that was asked for.
struct Cut : std::exception {};

/// Reads in network byte order; throws Cut rather than leave the frame.
class Reader {
 public:
  explicit Reader(const Bytes& frame) : frame_(frame) {}
  [[nodiscard]] std::uint8_t u8(std::size_t at) const {
    if (at >= frame_.size()) throw Cut{};
    return frame_[at];
  }
  [[nodiscard]] std::uint16_t u16(std::size_t at) const {
    return static_cast<std::uint16_t>(u8(at) << 8 | u8(at + 1));
  }
  [[nodiscard]] Address address(std::size_t at, std::size_t bytes) const {
    Address address;
    if (bytes == 4) address.bytes[10] = address.bytes[11] = 0xff;
    for (std::size_t i = 0; i < bytes; ++i) address.bytes[16 - bytes + i] = u8(at + i);
    return address;
  }
  void need(std::size_t end) const {
    if (end > frame_.size()) throw Cut{};
  }

 private:
  const Bytes& frame_;
};

/// `left`: bytes of the IP packet from `at` on.
void read_tcp(const Reader& in, std::size_t at, std::size_t left, Segment& out) {
  in.need(at + 20);
  const std::size_t header = std::size_t{in.u8(at + 12)} / 16 * 4;
  if (header < 20 || header > left) throw Cut{};
  in.need(at + header);
  out.source_port = in.u16(at);
  out.destination_port = in.u16(at + 2);
  out.flags = in.u8(at + 13);
  out.payload = left - header;
}

using Parsed = std::variant<Segment, sp_verdict>;

Parsed read_v4(const Reader& in, std::size_t at) {
  in.need(at + 20);
  const std::size_t header = in.u8(at) % 16 * 4U;
  const std::size_t total = in.u16(at + 2);
  if (in.u8(at) / 16 != 4 || header < 20 || total < header) throw Cut{};
  in.need(at + total);
  const bool more_fragments = (in.u16(at + 6) & 0x2000) != 0;
  const unsigned offset = in.u16(at + 6) & 0x1fff;
  if (more_fragments || offset != 0) return SP_PASS_FRAGMENT;
  if (in.u8(at + 9) != 6) return SP_PASS_NOT_TCP;
  Segment segment{.source = in.address(at + 12, 4), .destination = in.address(at + 16, 4)};
  read_tcp(in, at + header, total - header, segment);
  return segment;
}

Parsed read_v6(const Reader& in, std::size_t at) {
  in.need(at + 40);
  if (in.u8(at) / 16 != 6) throw Cut{};
  std::size_t left = in.u16(at + 4);
  in.need(at + 40 + left);
  Segment segment{
      .source = in.address(at + 8, 16), .destination = in.address(at + 24, 16), .is_v6 = true};
  std::uint8_t next = in.u8(at + 6);
  at += 40;
  for (int headers = 0; next != 6; ++headers) {
    if (next == 44) return SP_PASS_FRAGMENT;
    if (next != 0 && next != 43 && next != 60) return SP_PASS_NOT_TCP;
    in.need(at + 4);
    const std::size_t size = (in.u8(at + 1) + 1U) * 8;
    const bool is_for_another = next == 43 && in.u8(at + 3) != 0;
    if (size > left || is_for_another || headers == 6) throw Cut{};
    next = in.u8(at);
    at += size;
    left -= size;
  }
  read_tcp(in, at, left, segment);
  return segment;
}

Parsed parse(const Bytes& frame) {
  const Reader in(frame);
  std::size_t at = 14;
  in.need(at);
  std::uint16_t protocol = in.u16(12);
  for (int tags = 0; tags < 2 && (protocol == 0x8100 || protocol == 0x88a8); ++tags) {
    in.need(at + 4);
    protocol = in.u16(at + 2);
    at += 4;
  }
  if (protocol == 0x0800) return read_v4(in, at);
  if (protocol == 0x86dd) return read_v6(in, at);
  return SP_PASS_NOT_IP;
}

const World::Service* find_service(const World& world, const Segment& segment) {
  auto found = world.services.find({segment.destination, segment.destination_port});
  if (found == world.services.end()) {
    found = world.services.find({std::nullopt, segment.destination_port});
  }
  return found == world.services.end() ? nullptr : &found->second;
}

/// How a key in good standing judges its connection.
sp_verdict judge_limits(const World::Slot& slot, const Segment& segment) {
  sp_verdict verdict = SP_PASS_BOUND;
  if (slot.packets == World::Limit::kOver) verdict = SP_DROP_KEY_OVER_PACKETS;
  if (slot.bytes == World::Limit::kOver && segment.payload > 0) verdict = SP_DROP_KEY_OVER_BYTES;
  const bool is_closing = (segment.flags & (kFin | kRst)) != 0;
  return is_closing && verdict != SP_PASS_BOUND ? SP_PASS_CLOSING : verdict;
}

/// Nothing: the connection is not bound, or its slot says nothing about it.
std::optional<sp_verdict> judge_connection(World& world, const Segment& segment,
                                           std::uint16_t service) {
  const auto bound = world.bindings.find({segment.source, segment.source_port, service});
  if (bound == world.bindings.end() || bound->second.is_superseded) return {};
  if ((segment.flags & (kSyn | kAck)) == kSyn) {
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
      if ((segment.flags & (kFin | kRst)) != 0) return SP_PASS_CLOSING;
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
  if (!world.is_pacing || (segment.flags & (kSyn | kAck)) != kSyn) return {};
  if (world.has_opened.insert(segment.source.as_source()).second) return {};
  return SP_DROP_SOURCE_PACED;
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
    const Parsed parsed = parse(frame);
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
    outcome.dropped = is_drop(outcome.verdict) && service->mode == SP_MODE_ENFORCE;
    outcome.observed = is_drop(outcome.verdict) && service->mode == SP_MODE_OBSERVE;
  } catch (const Cut&) {
    outcome.verdict = SP_PASS_UNPARSED;
  }
  return outcome;
}

}  // namespace sallyport::test
