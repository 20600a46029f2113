// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/terminator/session.hpp"

namespace sallyport {

/// What checks and limits say of a request. `key` is set where the checks found it to be good,
/// also when it is over its limit.
struct Judgement {
  CheckCode code = CheckCode::kAllowed;
  KeyEntry* key = nullptr;
  std::uint64_t retry_after_ns = 0;  // kOverLimit
  const KeyEntry* whose = nullptr;   // for the log: also where the key is refused, if it is known
};

/// Judges the request whose head is in `exchange`, spends its limit, counts it, and tells the
/// connection's binding and the offender policy.
///
/// `beside` is the request where several run at once on the connection, and null where it has the
/// connection to itself. From here on a cut of the key finds the one or the other: between check
/// and that there is no wait, so a revocation either was seen by the check, or its cut comes
/// afterwards.
[[nodiscard]] Judgement judge_request(Session& connection, const Exchange& exchange,
                                      KeyUser* beside);

/// The answer to a request that was refused. Ends with the next use of the context's scratch.
[[nodiscard]] std::string_view refusal_of(WorkerContext& context, const Judgement& judgement,
                                          AnswerForm form);

}  // namespace sallyport
