// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <vector>

#include "agent/base/digest.hpp"
#include "agent/base/key_format.hpp"
#include "agent/base/key_scan.hpp"
#include "control/cli/command_groups.hpp"
#include "control/cli/output.hpp"
#include "control/cli/secret_file.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;
using Stub = ControlClient::Stub;

constexpr std::size_t kAtOnce = 500;  // digests in one request

std::vector<std::string> files_of(const Invocation& invocation) {
  std::vector<std::string> files;
  const std::string& text = invocation.value("FILE");
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    files.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  if (files.empty()) files.emplace_back("-");
  return files;
}

Result<int> scan(const Invocation& invocation, ControlClient&, Output& output) {
  bool is_found = false;
  Result<void> read;
  for (const auto& name : files_of(invocation)) {
    KeyScanner scanner([&](const FoundKey& key) {
      is_found = true;
      const std::string id(key.id);
      const std::string env(key.env);
      if (output.is_json()) {
        output.json({{"file", name}, {"line", key.line}, {"id", id}, {"env", env}});
      } else {
        output.line(name + ":" + std::to_string(key.line) + ": key " + id + " (" + env + ")");
      }
    });
    auto done = read_secret_file(name, [&](std::string_view part) { scanner.feed(part); });
    scanner.finish();
    if (!done) read = done;  // the other files are looked at all the same
  }
  if (!read) return read.error();
  return is_found ? kNegative : kDone;
}

/// What SHA-256 makes of the keys in the files: of ours, or of whole lines.
Result<std::set<std::string>> digests_of(const Invocation& invocation) {
  std::set<std::string> digests;
  const bool by_lines = invocation.has("--lines");
  for (const auto& name : files_of(invocation)) {
    KeyScanner scanner([&](const FoundKey& key) { digests.insert(to_hex(digest_of(key.raw))); });
    std::string line;
    const auto end_line = [&] {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (!line.empty()) digests.insert(to_hex(digest_of(line)));
      wipe(line);
    };
    auto done = read_secret_file(name, [&](std::string_view part) {
      if (!by_lines) return scanner.feed(part);
      for (const char c : part) {
        if (c == '\n') {
          end_line();
        } else {
          line += c;
        }
      }
    });
    if (!done) return done.error();
    if (by_lines) end_line();
    scanner.finish();
  }
  return digests;
}

Result<int> report_leak(const Invocation& invocation, ControlClient& client, Output& output) {
  const auto digests = digests_of(invocation);
  if (!digests) return digests.error();
  if (digests->empty()) {
    return failure(Errc::kNotFound, "there is no key in what was given",
                   "keys of another format: one a line, with --lines");
  }
  control::v1::ReportLeakResponse sum;
  auto at = digests->begin();
  while (at != digests->end()) {
    control::v1::ReportLeakRequest request;
    request.set_reason(invocation.value("--reason"));
    for (std::size_t i = 0; i < kAtOnce && at != digests->end(); ++i) {
      *request.mutable_digests() += *at++;
    }
    auto answer = client.call(&Stub::ReportLeak, request);
    if (!answer) return answer.error();
    for (const auto& id : answer->revoked()) sum.add_revoked(id);
    sum.set_others(sum.others() + answer->others());
    *sum.mutable_receipt() = answer->receipt();
  }
  if (output.is_json()) {
    output.json(to_json(sum));
    return kDone;
  }
  for (const auto& id : sum.revoked()) output.line("revoked key " + id);
  output.line(std::to_string(sum.revoked_size()) + " revoked, " + std::to_string(sum.others()) +
              " not known here or revoked before");
  output.receipt_lines(sum.receipt());
  return kDone;
}

const Parameter kFiles = {.kind = Kind::kPositional,
                          .name = "FILE",
                          .placeholder = "",
                          .help = "where to look: any number of files; none, or -: standard input",
                          .is_many = true};

}  // namespace

std::vector<Command> leak_commands() {
  return {
      {"key scan",
       "find keys in files",
       "By their form and checksum, without the agent, in any kind of file. Says where, and which "
       "by its id; a key itself is never shown. Exit status: 0 none, 1 some, 2 a file could not be "
       "read.",
       {kFiles},
       scan},
      {"key report-leak",
       "revoke the keys that are in files",
       "What is not known here is counted and left. Only the SHA-256 of what is found is sent. "
       "Give "
       "the keys in files or on standard input, never on the command line.",
       {kFiles,
        {Kind::kFlag, "--lines", "", "each line is a key, of whatever format"},
        {Kind::kOption, "--reason", "TEXT", "why, for the record", "leaked"}},
       report_leak},
  };
}

}  // namespace sallyport
