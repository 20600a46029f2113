// SPDX-License-Identifier: Apache-2.0
#include <ctime>
#include <utility>

#include "control/cli/command_groups.hpp"
#include "control/cli/key_filter.hpp"
#include "control/cli/key_limits.hpp"
#include "control/cli/key_text.hpp"
#include "control/cli/output.hpp"
#include "control/cli/rows.hpp"
#include "control/cli/values.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;
using Stub = ControlClient::Stub;

Result<control::v1::CreateKeyRequest> make_request(const Invocation& invocation) {
  control::v1::CreateKeyRequest request;
  const std::int64_t now = std::time(nullptr);
  auto owner = parse_owner(invocation.value("TENANT/USER"));
  if (!owner) return owner.error();
  const bool never = invocation.has("--no-expiry");
  auto expires_at = parse_moment(never ? "never" : invocation.value("--expires"), now);
  if (!expires_at) return expires_at.error();
  request.set_tenant(owner->tenant);
  request.set_user(owner->user);
  request.set_env(invocation.value("--env"));
  request.set_expires_at(*expires_at);
  request.set_note(invocation.value("--note"));
  if (invocation.has("--not-before")) {
    auto not_before = parse_point(invocation.value("--not-before"), now);
    if (!not_before) return not_before.error();
    request.set_not_before(*not_before);
  }
  if (auto set = set_limits(invocation, request); !set) return set.error();
  return request;
}

Result<int> create(const Invocation& invocation, ControlClient& client, Output& output) {
  auto request = make_request(invocation);
  if (!request) return request.error();
  auto created = client.call(&Stub::CreateKey, *request);
  if (!created) return created.error();
  const auto& key = created->record();
  const std::string end = key.expires_at() == 0
                              ? std::string("never expires")
                              : "expires " + show_time(key.expires_at()) +
                                    " (--expires sets another time, --no-expiry none)";
  print_new_key("created key " + key.id() + " (" + key.tenant() + "/" + key.user() + "), " + end,
                invocation, *created, output);
  return kDone;
}

std::string show_last_use(const control::v1::Key& key) {
  if (key.last_used_at() == 0) return "never";
  return show_time(key.last_used_at()) + (key.last_source().empty() ? "" : " " + key.last_source());
}

Result<int> list(const Invocation& invocation, ControlClient& client, Output& output) {
  auto request = key_list_request(invocation);
  if (!request) return request.error();
  Rows rows(output, invocation, "keys",
            {"KEY", "USER", "ENV", "STATE", "EXPIRES", "LAST USED", "LIMIT", "NOTE"});
  std::uint32_t count = 0;
  std::string last;
  auto listed = client.list(&Stub::ListKeys, *request, [&](const control::v1::Key& key) {
    rows.add(key, key.id(),
             {key.id(), key.tenant() + "/" + key.user(), key.env(), state_word(key),
              show_time(key.expires_at()), show_last_use(key), show_limit(key), key.note()});
    ++count;
    last =
        request->ends_before() == 0 ? key.id() : std::to_string(key.expires_at()) + ":" + key.id();
  });
  if (!listed) return listed.error();
  rows.finish();
  if (count > 0 && count == request->most() && rows.is_table()) {
    output.line("more: the same with --after " + last);
  }
  return kDone;
}

std::vector<Parameter> list_parameters() {
  auto parameters = key_filter_options();
  parameters.push_back({Kind::kOption, "--limit", "N", "at most so many; 0: all", "0"});
  parameters.push_back(
      {Kind::kOption, "--after", "CURSOR", "go on behind that row: its id, or END:ID"});
  parameters.push_back(kQuietList);
  return parameters;
}

}  // namespace

std::vector<Command> key_commands() {
  std::vector<Parameter> create_parameters = {
      kOwner,
      {Kind::kOption, "--env", "NAME", "environment, a part of the key's text", "live"},
      {Kind::kOption, "--expires", "TIME", "a duration, a date, a time, or never", "90d"},
      {Kind::kFlag, "--no-expiry", "", "the same as --expires never"},
      {Kind::kOption, "--not-before", "TIME",
       "refuse it until then: a duration, a date or a time"}};
  for (const auto& option : limit_options()) create_parameters.push_back(option);
  create_parameters.push_back({Kind::kOption, "--note", "TEXT", "for people, at most 256 bytes"});
  create_parameters.push_back({Kind::kFlag, "-q,--quiet", "", "print the raw key alone"});
  return {
      {"key create", "create a key for a user and show it, this once",
       "The key is printed on standard output and kept nowhere: only its SHA-256 is stored. It "
       "expires in 90 days unless told otherwise.",
       std::move(create_parameters), create},
      {"key list", "list the keys",
       "In order of their ids. A page is there at once, whatever there is to look through; where "
       "--limit has cut a list, its last line says how to go on. active includes what has expired.",
       list_parameters(), list},
      key_show_command(),
  };
}

}  // namespace sallyport
