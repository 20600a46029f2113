// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "control/cli/command_groups.hpp"
#include "control/cli/interrupt.hpp"
#include "control/cli/output.hpp"
#include "control/cli/rows.hpp"
#include "control/cli/values.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;
using Stub = ControlClient::Stub;

std::string kind_word(control::v1::ChangeKind kind) {
  return enum_word(*control::v1::ChangeKind_descriptor(), kind);
}

void print_change(const control::v1::Change& change, Output& output) {
  if (output.is_json()) return output.json(to_json(change));
  output.line(std::to_string(change.revision()) + "  " + show_time(change.at()) + "  " +
              change.actor() + "  " + change.verb() + " " + kind_word(change.kind()) + " " +
              change.subject() + (change.reason().empty() ? "" : "  (" + change.reason() + ")"));
}

Result<int> changes(const Invocation& invocation, ControlClient& client, Output& output) {
  auto from = parse_count("--from", invocation.value("--from"));
  if (!from) return from.error();
  control::v1::WatchChangesRequest request;
  request.set_from(*from);
  request.set_follow(invocation.has("--follow"));
  const Interrupt interrupt;
  bool is_read = true;
  auto followed = client.follow(
      &Stub::WatchChanges, request, {.stop = interrupt.fd()}, [] {},
      [&](const control::v1::Change& change) {
        print_change(change, output);
        is_read = output.flush();
        return is_read;
      });
  if (!followed) return followed.error();
  return kDone;
}

Result<int> wait(const Invocation& invocation, ControlClient& client, Output& output) {
  auto wanted = parse_count("--revision", invocation.value("--revision"));
  if (!wanted) return wanted.error();
  auto patience = parse_duration(invocation.value("--timeout"));
  if (!patience) return patience.error();
  control::v1::WatchChangesRequest request;
  request.set_from(*wanted);
  request.set_follow(true);
  const Interrupt interrupt;
  control::v1::Receipt seen;
  auto followed = client.follow(
      &Stub::WatchChanges, request,
      {.stop = interrupt.fd(), .span = std::chrono::seconds(*patience)}, [] {},
      [&](const control::v1::Change& change) {
        seen.set_revision(change.revision());
        return false;
      });
  if (!followed) return followed.error();
  if (seen.revision() == 0) {
    return failure(Errc::kNotFound,
                   "revision " + std::to_string(*wanted) + " has not come within " +
                       std::to_string(*patience) + " s",
                   "--timeout sets how long to wait; `sallyport status` shows the revision");
  }
  if (output.is_json()) {
    output.json({{"revision", seen.revision()}});
  } else {
    output.line("revision " + std::to_string(seen.revision()) +
                " is in the store, the kernel and the terminator");
  }
  return kDone;
}

Result<int> audit_log(const Invocation& invocation, ControlClient& client, Output& output) {
  auto after = parse_count("--after", invocation.value("--after"));
  if (!after) return after.error();
  auto most = parse_number("--limit", invocation.value("--limit"));
  if (!most) return most.error();
  control::v1::ListAuditRequest request;
  request.set_after(*after);
  request.set_most(*most);
  request.set_refused(invocation.has("--refused"));
  Rows rows(output, invocation, "records",
            {"NUMBER", "TIME", "WHO", "WHAT", "OF", "REVISION", "WHY", "DETAIL", "REFUSED"});
  auto listed = client.list(&Stub::ListAudit, request, [&](const control::v1::AuditRecord& record) {
    rows.add(
        record, std::to_string(record.sequence()),
        {std::to_string(record.sequence()), show_time(record.at()), record.actor(), record.verb(),
         kind_word(record.kind()) + " " + record.subject(), std::to_string(record.revision()),
         record.reason(), record.detail(), record.refusal()});
  });
  if (!listed) return listed.error();
  rows.finish();
  return kDone;
}

Result<int> audit_verify(const Invocation& invocation, ControlClient& client, Output& output) {
  control::v1::VerifyAuditRequest request;
  request.set_expect(invocation.value("--expect"));
  auto verdict = client.call(&Stub::VerifyAudit, request);
  if (!verdict) return verdict.error();
  if (output.is_json()) {
    output.json(to_json(*verdict));
  } else {
    const std::string count = std::to_string(verdict->records());
    output.line(verdict->good() ? "the audit log is whole: " + count + " records"
                                : "the audit log is not as it was written: " + verdict->fault());
    if (!verdict->good()) output.line("good until record " + count);
    if (!verdict->head().empty()) output.line("head  " + verdict->head());
  }
  return verdict->good() ? kDone : kNegative;
}

}  // namespace

std::vector<Command> log_commands() {
  return {
      {"changes",
       "print the change log",
       "One line for each thing that a revision changed. With --follow, changes come once the "
       "kernel and the terminator have them, until Ctrl-C.",
       {{Kind::kOption, "--from", "REVISION", "begin there", "1"},
        {Kind::kFlag, "--follow", "", "go on as changes come"}},
       changes},
      {"wait",
       "wait until a revision is acknowledged by store, kernel and terminator",
       "Exit status: 0 it is, 1 it did not come within --timeout.",
       {{Kind::kOption, "--revision", "REVISION", "which", "1"}},
       wait},
      {"audit log",
       "print who did what and why, and what was refused",
       "",
       {{Kind::kOption, "--after", "NUMBER", "only what comes after that record", "0"},
        {Kind::kOption, "--limit", "N", "at most so many records; 0: all", "0"},
        {Kind::kFlag, "--refused", "", "only what was refused"},
        kQuietList},
       audit_log},
      {"audit verify",
       "prove that neither the audit log nor the change log was edited, cut or reordered",
       "Every record has a hash over itself and all before it. Keep the head that is printed "
       "somewhere else and give it with --expect later: whoever can write the store can also write "
       "a whole new log, but not one that holds that head. Exit status: 0 whole, 1 not.",
       {{Kind::kOption, "--expect", "HEAD", "a head that was printed before"}},
       audit_verify},
      association_command(),
  };
}

}  // namespace sallyport
