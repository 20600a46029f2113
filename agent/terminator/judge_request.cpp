// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/judge_request.hpp"

#include <cstring>

#include "agent/base/clock.hpp"

namespace sallyport {

namespace {

// A valid key is news again after this time.
constexpr BootNs kValidReportEvery = 30 * kSecondNs;

void observe(Session& connection, const Association& who, BootNs now) noexcept {
  Observation fact{.source = connection.peer_address, .at = now, .key_prefix = 0, .code = who.code};
  std::memcpy(&fact.key_prefix, who.digest.data(), sizeof(fact.key_prefix));
  connection.context.edge.observe(connection.context.number, fact);
}

void observe_allowed(Session& connection, const Association& who) noexcept {
  const BootNs now = connection.context.now_ms * 1'000'000;  // only for the interval
  BootNs& reported_at = connection.valid_reported_at;
  if (reported_at != 0 && now < reported_at + kValidReportEvery) return;
  reported_at = now;
  observe(connection, who, boot_now());
}

void note_refusal(Session& connection, const Association& who) noexcept {
  if (who.code == CheckCode::kMissingKey) return;
  connection.binding.refuse(who.key);
  // Nothing speaks against a hop: who sent it the key is a client that we don't see.
  if (!connection.service.is_behind_hop()) observe(connection, who, boot_now());
}

void note_use(Session& connection, KeyEntry& key, KeyUser* beside) {
  if (beside == nullptr) {
    connection.binding.use(key);
    return;
  }
  connection.binding.use_beside(key);
  connection.context.key_users.put(*beside, key);
}

}  // namespace

Judgement judge_request(Session& connection, const Exchange& exchange, KeyUser* beside) {
  WorkerContext& context = connection.context;
  const Association who =
      connection.service.gate.judge(exchange.request, context.index, context.unix_s);
  if (who.code != CheckCode::kAllowed) {
    ++context.counters.of(who.code);
    note_refusal(connection, who);
    return {.code = who.code, .key = nullptr, .retry_after_ns = 0, .whose = who.key};
  }
  note_use(connection, *who.key, beside);
  const Spend spent = context.edge.spend_request(*who.key, exchange.head_bytes);
  const CheckCode code = spent.admitted ? CheckCode::kAllowed : CheckCode::kOverLimit;
  ++context.counters.of(code);
  if (spent.admitted) observe_allowed(connection, who);
  return {.code = code, .key = who.key, .retry_after_ns = spent.retry_after_ns, .whose = who.key};
}

std::string_view refusal_of(WorkerContext& context, const Judgement& judgement, AnswerForm form) {
  if (judgement.code != CheckCode::kOverLimit) return context.refusals.of(judgement.code, form);
  context.scratch.clear();
  write_over_limit(judgement.retry_after_ns, form, context.scratch);
  return context.scratch;
}

}  // namespace sallyport
