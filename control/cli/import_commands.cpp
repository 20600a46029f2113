// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <ctime>
#include <iostream>
#include <utility>

#include "control/cli/command_groups.hpp"
#include "control/cli/import_readers.hpp"
#include "control/cli/import_row.hpp"
#include "control/cli/output.hpp"
#include "control/cli/secret_file.hpp"
#include "control/cli/values.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;
using Stub = ControlClient::Stub;
using control::v1::ImportAnswer;
using control::v1::ImportPart;

/// "3 keys", "1 key".
std::string count(std::uint64_t number, std::string_view what) {
  return std::to_string(number) + " " + std::string(what) + (number == 1 ? "" : "s");
}

std::string format_of(const Invocation& invocation) {
  if (invocation.has("--format")) return invocation.value("--format");
  const std::string& file = invocation.value("FILE");
  if (file.ends_with(".csv")) return "csv";
  if (file.ends_with(".jsonl") || file.ends_with(".ndjson")) return "jsonl";
  return {};
}

Result<ImportRows> read(const Invocation& invocation) {
  const std::int64_t now = std::time(nullptr);
  const auto expires_at = parse_moment(invocation.value("--expires"), now);
  if (!expires_at) return expires_at.error();
  ImportRows rows({.tenant = invocation.value("--tenant"),
                   .env = invocation.value("--env"),
                   .expires_at = *expires_at,
                   .now = now});
  const std::string format = format_of(invocation);
  if (format.empty()) {
    return failure(Errc::kInvalid, "the file's name does not say what is in it",
                   "add --format csv, jsonl, kong or apisix");
  }
  auto reader = format == "csv"     ? read_csv(rows)
                : format == "jsonl" ? read_jsonl(rows)
                : format == "kong"  ? read_kong(rows)
                                    : read_apisix(rows);
  const std::string& file = invocation.value("FILE");
  auto done = read_secret_file(file, [&](std::string_view part) { reader->feed(part); });
  if (!done) return done.error();
  reader->finish();
  rows.finish();
  if (rows.size() == 0 && rows.refused() == 0) {
    return failure(Errc::kInvalid, "there is nothing to import in " + file,
                   "it was read as " + format + ": is it another format?");
  }
  return rows;
}

Result<ImportAnswer> send(ControlClient& client, const ImportRows& rows,
                          control::v1::ImportMode mode) {
  client.be_patient();
  return client.send(&Stub::Import, [&, at = std::size_t{0}](ImportPart& part) mutable {
    part.set_mode(mode);
    return rows.next(at, part);
  });
}

/// What was wrong before the agent had seen the rows, too; by line.
void add_problems(const ImportRows& rows, ImportAnswer& answer) {
  for (const auto& problem : rows.problems()) {
    auto& out = *answer.add_problems();
    out.set_line(problem.line);
    out.set_message(problem.message);
    out.set_remedy(problem.remedy);
  }
  answer.set_refused(answer.refused() + rows.refused());
  std::stable_sort(answer.mutable_problems()->begin(), answer.mutable_problems()->end(),
                   [](const auto& a, const auto& b) { return a.line() < b.line(); });
}

void print_problems(const std::string& file, const ImportAnswer& answer) {
  const std::string name = file == "-" ? "standard input" : file;
  for (const auto& problem : answer.problems()) {
    std::cerr << name << ":" << problem.line() << ": " << problem.message()
              << (problem.remedy().empty() ? "" : "; " + problem.remedy()) << "\n";
  }
  const auto told = static_cast<std::uint64_t>(answer.problems_size());
  if (answer.refused() > told) {
    std::cerr << name << ": and " << answer.refused() - told << " more\n";
  }
}

std::string summary(const ImportAnswer& answer, const ImportRows& rows, bool is_checked) {
  std::string text = (is_checked ? "would import " : "imported ") + count(answer.keys(), "key") +
                     " of " + count(rows.users(), "user");
  std::string more;
  const auto add = [&](const std::string& part) { more += (more.empty() ? "" : ", ") + part; };
  if (answer.tenants() != 0) add(count(answer.tenants(), "new tenant"));
  if (answer.users() != 0) add(count(answer.users(), "new user"));
  if (answer.present() != 0) add(count(answer.present(), "key") + " there already");
  if (answer.refused() != 0) add(count(answer.refused(), "row") + " refused");
  return text + (more.empty() ? "" : " (" + more + ")");
}

int finish(const Invocation& invocation, Output& output, const ImportRows& rows,
           const ImportAnswer& answer, bool is_checked) {
  const bool is_refused = answer.refused() != 0 && !invocation.has("--keep-going");
  if (output.is_json()) {
    output.json(to_json(answer));
    return answer.refused() == 0 ? kDone : kNegative;
  }
  print_problems(invocation.value("FILE"), answer);
  if (is_refused && is_checked) {
    std::cerr << "sallyport: nothing was imported: " << count(answer.refused(), "row")
              << " can't be\n  mend them, or take the others alone by --keep-going\n";
    return kNegative;
  }
  if (answer.stopped()) {
    std::cerr << "sallyport: it ended at a row that has become wrong meanwhile\n"
                 "  mend it and import the file again: what is there is left as it is\n";
  }
  output.line(summary(answer, rows, is_checked));
  if (!is_checked) output.receipt_lines(answer.receipt());
  if (rows.short_keys() != 0) {
    std::cerr << "sallyport: " << count(rows.short_keys(), "key")
              << " of fewer than 16 characters can be guessed\n"
                 "  replace them soon: sallyport key rotate\n";
  }
  return answer.refused() == 0 ? kDone : kNegative;
}

Result<int> import(const Invocation& invocation, ControlClient& client, Output& output) {
  const auto rows = read(invocation);
  if (!rows) return rows.error();
  const bool is_dry = invocation.has("--dry-run");
  if (is_dry || !invocation.has("--keep-going")) {
    auto checked = send(client, *rows, control::v1::IMPORT_MODE_CHECK);
    if (!checked) return checked.error();
    add_problems(*rows, *checked);
    if (is_dry || checked->refused() != 0) {
      return finish(invocation, output, *rows, *checked, true);
    }
  }
  auto answer = send(client, *rows,
                     invocation.has("--keep-going") ? control::v1::IMPORT_MODE_KEEP_GOING
                                                    : control::v1::IMPORT_MODE_WHOLE);
  if (!answer) return answer.error();
  add_problems(*rows, *answer);
  return finish(invocation, output, *rows, *answer, false);
}

}  // namespace

std::vector<Command> import_commands() {
  return {
      {"import",
       "take over keys and users from a file",
       "A key is given by its SHA-256 (digest), or raw (key): then it is hashed at once and kept "
       "nowhere. Keys of any form are taken, up to 512 visible characters. Tenants and users are "
       "made as they are needed. A key that is here already is left as it is, so that the same "
       "file twice changes nothing. All rows are checked before the first is taken; if one is "
       "wrong, none is. CSV has a first line that names its columns, JSON lines have an object a "
       "line with the same names: key, digest, tenant, user, id, env, state, reason, created_at, "
       "not_before, expires_at, limit_per_second, burst, note and what else an export has. kong "
       "reads consumers and keyauth_credentials of a declarative configuration, apisix the "
       "consumers with key-auth of an apisix.yaml. Exit status: 0 all is in, 1 a row is wrong, "
       "2 an error.",
       {{Kind::kPositional, "FILE", "", "what to read, - for standard input"},
        {Kind::kOption, "--format", "FORMAT", "what it is, where its name does not say it", "",
         "csv|jsonl|kong|apisix"},
        {Kind::kFlag, "--dry-run", "", "check it, and change nothing"},
        {Kind::kFlag, "--keep-going", "", "take the rows that are right, tell of the others"},
        {Kind::kOption, "--tenant", "NAME", "of rows that name none"},
        {Kind::kOption, "--env", "NAME", "of keys that name none", "live"},
        {Kind::kOption, "--expires", "TIME",
         "of keys that do not say it: a duration, a date, a time, or never", "never"}},
       import},
      export_command(),
      backup_command(),
  };
}

}  // namespace sallyport
