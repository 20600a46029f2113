// SPDX-License-Identifier: Apache-2.0
// What the control API asks of the change log and the audit log.
#include "agent/app/on_strand.hpp"

namespace sallyport {

Result<std::vector<ChangeRecord>> AgentOperations::changes(Revision since, std::size_t most) {
  return on_strand([&] { return parts_.registry.changes_since(since, most); });
}

bool AgentOperations::await_change(Revision seen, std::chrono::milliseconds patience) {
  return parts_.revisions.wait_beyond(seen, patience) != RevisionClock::Waited::kClosed;
}

Result<std::vector<AuditRecord>> AgentOperations::audit(std::uint64_t after, std::size_t most) {
  return on_strand([&] { return parts_.registry.reader().audit_page(after, most); });
}

// Step by step, so that the strand has time for revocations in between.
Result<AuditVerdict> AgentOperations::verify_audit(const AuditHead& expected) {
  std::optional<AuditVerifier> verifier;
  for (;;) {
    auto more = on_strand([&]() -> Result<bool> {
      const Registry& registry = parts_.registry;
      if (!verifier) verifier.emplace(registry.reader(), expected, registry.last_written());
      return verifier->step();
    });
    if (!more) return more.error();
    if (!*more) return verifier->verdict();
  }
}

}  // namespace sallyport
