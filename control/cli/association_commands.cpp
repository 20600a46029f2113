// SPDX-License-Identifier: Apache-2.0
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ctime>
#include <string>

#include "control/cli/association_audit.hpp"
#include "control/cli/command_groups.hpp"
#include "control/cli/output.hpp"
#include "control/cli/values.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;
using Stub = ControlClient::Stub;

/// As the agent lists it, page by page: no call of it waits for this one.
Result<void> look(ControlClient& client, AssociationAudit& audit) {
  client.be_patient();
  const auto add = [&](const auto& row) { audit.add(row); };
  auto done = client.list(&Stub::ListTenants, control::v1::ListTenantsRequest(), add);
  if (done) done = client.list(&Stub::ListUsers, control::v1::ListUsersRequest(), add);
  control::v1::ListKeysRequest keys;
  keys.set_state(control::v1::KEY_STATE_ACTIVE);
  if (done) done = client.list(&Stub::ListKeys, keys, add);
  if (done) done = client.list(&Stub::ListBans, control::v1::ListBansRequest(), add);
  if (done) audit.finish();
  return done;
}

/// The kinds of which there is a case, the gravest first.
std::vector<Finding> found_in(const AssociationAudit& audit, Severity least) {
  std::vector<Finding> found;
  for (std::size_t at = 0; at < static_cast<std::size_t>(Finding::kCount); ++at) {
    const auto finding = static_cast<Finding>(at);
    if (audit.of(finding).count != 0 && info(finding).severity >= least) found.push_back(finding);
  }
  return found;
}

void print_json(const AssociationAudit& audit, const std::vector<Finding>& found, Output& output) {
  boost::json::array all;
  for (const Finding finding : found) {
    const auto& what = info(finding);
    boost::json::array cases;
    for (const auto& one : audit.of(finding).first) {
      cases.push_back({{"subject", one.subject}, {"mend", one.mend}});
    }
    all.push_back({{"code", what.code},
                   {"severity", severity_word(what.severity)},
                   {"text", what.text},
                   {"count", audit.of(finding).count},
                   {"cases", std::move(cases)}});
  }
  output.json({{"findings", std::move(all)}});
}

std::string rest_of(const AssociationAudit::Cases& cases) {
  const auto rest = cases.count - cases.first.size();
  return rest == 0 ? "" : "and " + std::to_string(rest) + " more";
}

void print_table(const AssociationAudit& audit, const std::vector<Finding>& found, Output& output) {
  Table table{{"SEVERITY", "FINDING", "SUBJECT", "MEND"}, {}};
  for (const Finding finding : found) {
    const auto& what = info(finding);
    const auto& cases = audit.of(finding);
    const std::string severity(severity_word(what.severity));
    const std::string code(what.code);
    for (const auto& one : cases.first) {
      table.rows.push_back({severity, code, one.subject, one.mend});
    }
    if (const auto rest = rest_of(cases); !rest.empty()) {
      table.rows.push_back({severity, code, rest, ""});
    }
  }
  output.table(table);
}

void print_markdown(const AssociationAudit& audit, const std::vector<Finding>& found,
                    std::int64_t now, Output& output) {
  output.line("# Keys and who has them, " + show_time(now));
  if (found.empty()) output.line("\nNothing was found.");
  for (const Finding finding : found) {
    const auto& what = info(finding);
    const auto& cases = audit.of(finding);
    output.line("\n## " + std::string(what.code) + " (" +
                std::string(severity_word(what.severity)) + "): " + std::to_string(cases.count));
    output.line("\n" + std::string(what.text) + ".\n");
    output.line("| subject | mend it by |\n|---|---|");
    for (const auto& one : cases.first) output.line("| " + one.subject + " | `" + one.mend + "` |");
    if (const auto rest = rest_of(cases); !rest.empty()) output.line("\n" + rest + ".");
  }
}

Result<int> run(const Invocation& invocation, ControlClient& client, Output& output) {
  const std::int64_t now = std::time(nullptr);
  const auto idle = parse_duration(invocation.value("--idle"));
  if (!idle) return idle.error();
  const auto most = parse_number("--most", invocation.value("--most"));
  if (!most) return most.error();
  const std::string& word = invocation.value("--severity");
  const Severity least = word == "high"     ? Severity::kHigh
                         : word == "medium" ? Severity::kMedium
                                            : Severity::kLow;
  AssociationAudit audit(now, *idle, *most);
  if (auto looked = look(client, audit); !looked) return looked.error();
  const auto found = found_in(audit, least);
  if (output.is_json()) {
    print_json(audit, found, output);
  } else if (invocation.has("--markdown")) {
    print_markdown(audit, found, now, output);
  } else if (!found.empty()) {
    print_table(audit, found, output);
  }
  return found.empty() ? kDone : kNegative;
}

}  // namespace

Command association_command() {
  return {"audit associations",
          "find keys and users that should not be as they are",
          "Good keys of inactive owners, without an end, never used or unused for long; users with "
          "several keys of one environment, or none; operators' bans that are old. Each with the "
          "command that mends it. From which networks a key is used is not known but for the "
          "last, so that is not looked at. Says nothing where there is nothing, for cron. Exit "
          "status: 0 nothing found, 1 something, 2 an error.",
          {{Kind::kOption, "--idle", "DURATION", "unused for so long is too long", "90d"},
           {Kind::kOption, "--severity", "LEVEL", "of this severity at least", "low",
            "low|medium|high"},
           {Kind::kOption, "--most", "N", "so many of a kind are shown; all are counted", "20"},
           {Kind::kFlag, "--markdown", "", "a report for people who review"}},
          run};
}

}  // namespace sallyport
