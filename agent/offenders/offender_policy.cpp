// SPDX-License-Identifier: Apache-2.0
#include "agent/offenders/offender_policy.hpp"

#include <algorithm>
#include <utility>

namespace sallyport {
namespace {

/// Refusals that speak against a source. A missing key or a spent limit is no sign of abuse.
bool is_offence(CheckCode code) noexcept {
  switch (code) {
    case CheckCode::kMalformedKey:
    case CheckCode::kUnknownKey:
    case CheckCode::kRevokedKey:
    case CheckCode::kSuspendedKey:
    case CheckCode::kExpiredKey:
    case CheckCode::kInactiveTenant:
    case CheckCode::kInactiveUser:
    case CheckCode::kUserMismatch:
      return true;
    default:
      return false;
  }
}

/// A revoked key counts each time it is presented: somebody uses what was taken from him. Any
/// other refused key that a client merely repeats (a typing error, an expiry nobody noticed)
/// counts once.
bool counts_each_time(CheckCode code) noexcept {
  return code == CheckCode::kRevokedKey;
}

/// The first ban's time, doubled with each repetition, without overflow.
BootNs ban_time(const OffenderRules& rules, std::uint32_t repetition) noexcept {
  BootNs lasts = rules.ban_ns;
  for (std::uint32_t i = 0; i < repetition && lasts < rules.max_ban_ns; ++i) {
    lasts = lasts > rules.max_ban_ns / 2 ? rules.max_ban_ns : lasts * 2;
  }
  return std::min(lasts, rules.max_ban_ns);
}

}  // namespace

OffenderPolicy::OffenderPolicy(OffenderRules rules, BootNs started_at)
    : rules_(std::move(rules)), settled_at_(started_at + rules_.settle_ns) {}

OffenderVerdict OffenderPolicy::on(const Observation& observation, bool is_allowed) {
  const bool is_valid_key = observation.code == CheckCode::kAllowed;
  if (!is_valid_key && !is_offence(observation.code)) return {};

  Record& record = touch(observation.source.as_source());
  if (is_valid_key) {
    record.valid_seen = observation.at;
    return {};
  }
  // What was on its way when the ban was made must not lengthen the next one.
  if (observation.at < record.banned_until) return {};
  if (observation.at - record.window_start >= rules_.window_ns) {
    record.window_start = observation.at;
    record.refusals = 0;
    record.seen_count = 0;
  }
  if (!counts(record, observation)) return {};
  if (++record.refusals < rules_.refusals) return {};
  return judge(record, observation, is_allowed);
}

void OffenderPolicy::forget(const Address& source) {
  const auto found = records_.find(source.as_source());
  if (found == records_.end()) return;
  recent_.erase(found->second);
  records_.erase(found);
}

OffenderPolicy::Record& OffenderPolicy::touch(const Address& source) {
  if (const auto found = records_.find(source); found != records_.end()) {
    recent_.splice(recent_.begin(), recent_, found->second);
    return recent_.front();
  }
  if (records_.size() >= rules_.max_sources) {
    records_.erase(recent_.back().source);
    recent_.pop_back();
  }
  recent_.push_front(Record{.source = source});
  records_.emplace(source, recent_.begin());
  return recent_.front();
}

bool OffenderPolicy::counts(Record& record, const Observation& observation) const {
  if (counts_each_time(observation.code)) return true;
  const auto end = record.seen.begin() + record.seen_count;
  if (std::find(record.seen.begin(), end, observation.key_prefix) != end) return false;
  // Once this many distinct keys were seen the verdict no longer depends on telling them apart.
  if (record.seen_count < record.seen.size())
    record.seen[record.seen_count++] = observation.key_prefix;
  return true;
}

OffenderVerdict OffenderPolicy::judge(Record& record, const Observation& last,
                                      bool is_allowed) const {
  const BootNs now = last.at;
  OffenderVerdict verdict;
  verdict.source = record.source;
  verdict.refusals = record.refusals;
  record.window_start = now;
  record.refusals = 0;
  record.seen_count = 0;

  const bool is_shared = record.valid_seen != 0 && now - record.valid_seen < rules_.guard_ns;
  const bool is_exempt =
      is_allowed || std::any_of(rules_.exempt.begin(), rules_.exempt.end(),
                                [&](const Cidr& cidr) { return cidr.contains(last.source); });
  const bool may_be_shared = now < settled_at_;
  if (is_shared || may_be_shared || is_exempt) {
    verdict.action = OffenderVerdict::Action::kCloseConnection;
    verdict.repetition = record.repetition;
    return verdict;
  }
  // A source that stayed quiet for the longest ban after its last one starts anew.
  if (record.banned_until != 0 && now > record.banned_until + rules_.max_ban_ns)
    record.repetition = 0;
  const BootNs lasts = ban_time(rules_, record.repetition);
  record.repetition += 1;
  record.banned_until = now + lasts;
  verdict.action = OffenderVerdict::Action::kBanSource;
  verdict.repetition = record.repetition;
  verdict.expires_at = record.banned_until;
  return verdict;
}

}  // namespace sallyport
