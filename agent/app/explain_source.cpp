// SPDX-License-Identifier: Apache-2.0
#include "agent/app/explain_source.hpp"

#include <algorithm>
#include <utility>

#include "agent/app/explain_subject.hpp"
#include "agent/app/explain_words.hpp"

namespace sallyport {
namespace {

using Facts = std::vector<Fact>;

SourceWord explain_prefix(const CidrRule& rule, Facts& facts) {
  const bool is_allowed = rule.action == CidrAction::kAllow;
  facts.push_back({"prefix", rule.prefix.to_string() + (is_allowed ? ", allowed" : ", denied")});
  if (is_allowed) return {SP_PASS_CIDR_ALLOWED, std::nullopt};
  return {SP_DROP_CIDR_DENIED,
          DoorAnswer{false, "denied", "its connections are closed when they are accepted"}};
}

void explain_ban(const BanInForce& ban, BootNs now, Facts& facts) {
  facts.push_back({"ban", ban.by_operator ? "by an operator" : "by the offender policy"});
  if (!ban.reason.empty()) facts.push_back({"reason", ban.reason});
  if (!ban.by_operator) {
    facts.push_back({"evidence", std::to_string(ban.refusals) + " refused keys"});
  }
  facts.push_back({"made", show_time(ban.created_at)});
  const bool ends = ban.expires_ns != SP_NEVER;
  const auto left = ends ? static_cast<UnixSeconds>((ban.expires_ns - now) / kSecondNs) : 0;
  facts.push_back({"ends", ends ? show_time(unix_now() + left) : "when it is removed"});
  if (!ban.by_operator) {
    facts.push_back({"repetition", "ban number " + std::to_string(ban.repetition)});
  }
}

}  // namespace

SourceWord explain_source(Parts& parts, const Address& address,
                          const std::optional<sp_source_state>& state, BootNs now, Facts& facts) {
  const auto source = address.as_source();
  if (!address.is_v4()) facts.push_back({"judged as", source.to_string() + "/64"});
  // An allowed source is asked for no ban; that there is one is worth knowing all the same.
  std::optional<SourceWord> by_prefix;
  if (const auto rule = parts.cidrs.rule_of(address)) by_prefix = explain_prefix(*rule, facts);

  const auto bans = parts.bans.in_force(now);
  const auto ban =
      std::find_if(bans.begin(), bans.end(), [&](const auto& one) { return one.source == source; });
  const auto verdict = judge_source(state, now);
  if (ban == bans.end()) {
    if (verdict != SP_PASS_UNJUDGED) {
      facts.push_back({"source", "in the kernel's table alone: the agent knows of no ban"});
    } else if (!by_prefix) {
      facts.push_back({"source", "nothing is known against it"});
    }
    return by_prefix.value_or(SourceWord{verdict, std::nullopt});
  }
  explain_ban(*ban, now, facts);
  if (verdict == SP_PASS_UNJUDGED) {
    facts.push_back({"kernel", "its table does not have it: the inner door holds it alone"});
  }
  return by_prefix.value_or(SourceWord{
      verdict, DoorAnswer{false, "banned", "its connections are closed when they are accepted"}});
}

}  // namespace sallyport
