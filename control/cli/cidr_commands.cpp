// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstdio>
#include <memory>

#include "control/cli/cidr_file.hpp"
#include "control/cli/command_groups.hpp"
#include "control/cli/output.hpp"
#include "control/cli/rows.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;
using Stub = ControlClient::Stub;

// Of the longest notes, so many stay below what the agent takes in one message.
constexpr int kLinesInPart = 150;

Result<int> put(const Invocation& invocation, ControlClient& client, Output& output,
                control::v1::CidrAction action, const std::string& done) {
  control::v1::Cidr request;
  request.set_prefix(invocation.value("PREFIX"));
  request.set_action(action);
  request.set_note(invocation.value("--note"));
  auto receipt = client.call(&Stub::PutCidr, request);
  if (!receipt) return receipt.error();
  output.receipt(done + " " + request.prefix(), *receipt);
  return kDone;
}

Result<int> allow(const Invocation& invocation, ControlClient& client, Output& output) {
  return put(invocation, client, output, control::v1::CIDR_ACTION_ALLOW, "allowed");
}

Result<int> deny(const Invocation& invocation, ControlClient& client, Output& output) {
  return put(invocation, client, output, control::v1::CIDR_ACTION_DENY, "denied");
}

Result<int> remove(const Invocation& invocation, ControlClient& client, Output& output) {
  control::v1::RemoveCidrRequest request;
  request.set_prefix(invocation.value("PREFIX"));
  auto receipt = client.call(&Stub::RemoveCidr, request);
  if (!receipt) return receipt.error();
  output.receipt("removed " + request.prefix(), *receipt);
  return kDone;
}

Result<int> list(const Invocation& invocation, ControlClient& client, Output& output) {
  Rows rows(output, invocation, "cidrs", {"PREFIX", "ACTION", "CREATED", "NOTE"});
  auto listed = client.list(
      &Stub::ListCidrs, control::v1::ListCidrsRequest(), [&](const control::v1::Cidr& cidr) {
        rows.add(cidr, cidr.prefix(),
                 {cidr.prefix(), enum_word(*control::v1::CidrAction_descriptor(), cidr.action()),
                  show_time(cidr.created_at()), cidr.note()});
      });
  if (!listed) return listed.error();
  rows.finish();
  return kDone;
}

constexpr std::size_t kMostBytes = 64U << 20;

struct CloseFile {
  void operator()(std::FILE* file) const noexcept {
    if (file != stdin) (void)std::fclose(file);
  }
};

Failure unreadable(const std::string& file, int error) {
  auto why = system_failure(error, "cannot read " + file,
                            "name a file of prefixes, one a line, or - for the standard input");
  why.code = Errc::kInvalid;  // an absent file is an error, no negative answer
  return why;
}

/// All of the file, or a failure: half a list, or nothing of a directory, must not become the list.
Result<std::string> read(const std::string& file) {
  const std::unique_ptr<std::FILE, CloseFile> in(file == "-" ? stdin
                                                             : std::fopen(file.c_str(), "re"));
  if (!in) return unreadable(file, errno);
  std::string text;
  char block[1 << 16];
  while (const auto got = std::fread(block, 1, sizeof block, in.get())) {
    text.append(block, got);
    if (text.size() > kMostBytes) return unreadable(file, EFBIG);
  }
  if (std::ferror(in.get()) != 0) return unreadable(file, errno);
  return text;
}

Failure wrong_lines(const std::string& file, const ParsedCidrs& parsed) {
  std::string message = file + " is not loaded:";
  for (const auto& error : parsed.errors) message += "\n  " + error;
  if (parsed.more_errors != 0) {
    message += "\n  and " + std::to_string(parsed.more_errors) + " more";
  }
  return failure(Errc::kInvalid, std::move(message),
                 "write a prefix a line: 192.0.2.0/24, or `allow 192.0.2.0/24  # why`");
}

std::vector<control::v1::CidrPart> parts_of(const std::vector<CidrLine>& lines) {
  std::vector<control::v1::CidrPart> parts(1);
  for (const auto& line : lines) {
    if (parts.back().cidrs_size() == kLinesInPart) parts.emplace_back();
    auto& cidr = *parts.back().add_cidrs();
    cidr.set_prefix(line.rule.prefix.to_string());
    cidr.set_action(line.rule.action == CidrAction::kAllow ? control::v1::CIDR_ACTION_ALLOW
                                                           : control::v1::CIDR_ACTION_DENY);
    cidr.set_note(line.note);
  }
  parts.back().set_is_last(true);
  return parts;
}

Result<int> load(const Invocation& invocation, ControlClient& client, Output& output) {
  const auto& file = invocation.value("FILE");
  const auto text = read(file);
  if (!text) return text.error();
  const bool is_allow = invocation.value("--as") == "allow";
  const auto parsed = parse_cidr_file(*text, is_allow ? CidrAction::kAllow : CidrAction::kDeny);
  if (!parsed.errors.empty()) return wrong_lines(file, parsed);
  const auto parts = parts_of(parsed.lines);
  auto receipt = client.send(&Stub::ReplaceCidrs, [at = parts.begin()](auto& part) mutable {
    part = *at;
    return !(at++)->is_last();
  });
  if (!receipt) return receipt.error();
  output.receipt("loaded " + std::to_string(parsed.lines.size()) + " prefixes", *receipt);
  return kDone;
}

const Parameter kPrefix = {Kind::kPositional, "PREFIX", "",
                           "192.0.2.0/24, 2001:db8::/32, or an address alone"};
const Parameter kKnownPrefix = {.kind = Kind::kPositional,
                                .name = "PREFIX",
                                .placeholder = "",
                                .help = "as the list shows it",
                                .names_by = "cidr list -q"};
const Parameter kNote = {Kind::kOption, "--note", "TEXT", "why, for the record"};

}  // namespace

std::vector<Command> cidr_commands() {
  return {
      {"cidr allow",
       "let sources of a prefix in, whatever bans there are",
       "The longest prefix that contains an address decides about it. What is allowed is never "
       "banned; its keys are checked like any others.",
       {kPrefix, kNote},
       allow},
      {"cidr deny",
       "refuse every packet from a prefix to any service",
       "Its live connections are cut before the command returns. The longest prefix that "
       "contains an address decides about it.",
       {kPrefix, kNote},
       deny},
      {"cidr remove", "forget what was said of a prefix", "", {kKnownPrefix}, remove},
      {"cidr list", "list the prefixes that are allowed or denied", "", {kQuietList}, list},
      {"cidr load",
       "replace the whole list by a file's",
       "The old list is in force until the new one is. A prefix a line, with `allow` or `deny` "
       "before it where it is not --as, and a note behind `#`. At most 131072. A file with an "
       "error changes nothing.",
       {{Kind::kPositional, "FILE", "", "the list; - is the standard input"},
        {Kind::kOption, "--as", "ACTION", "what a prefix alone on its line means", "deny",
         "allow|deny"}},
       load},
  };
}

}  // namespace sallyport
