// SPDX-License-Identifier: Apache-2.0
#include <ctime>
#include <utility>

#include "control/cli/command_groups.hpp"
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

Result<control::v1::ListKeysRequest> list_request(const Invocation& invocation) {
  const std::int64_t now = std::time(nullptr);
  control::v1::ListKeysRequest request;
  request.set_tenant(invocation.value("--tenant"));
  request.set_user(invocation.value("--user"));
  request.set_prefix(invocation.value("--prefix"));
  request.set_after(invocation.value("--after"));
  const std::string& state = invocation.value("--state");
  if (state == "active" || state == "expired") request.set_state(control::v1::KEY_STATE_ACTIVE);
  if (state == "suspended") request.set_state(control::v1::KEY_STATE_SUSPENDED);
  if (state == "revoked") request.set_state(control::v1::KEY_STATE_REVOKED);
  if (state == "expired") request.set_ends_before(now + 1);
  if (invocation.has("--expiring-before")) {
    auto end = parse_point(invocation.value("--expiring-before"), now);
    if (!end) return end.error();
    request.set_ends_before(*end);
  }
  auto most = parse_number("--limit", invocation.value("--limit"));
  if (!most) return most.error();
  request.set_most(*most);
  return request;
}

std::string show_last_use(const control::v1::Key& key) {
  if (key.last_used_at() == 0) return "never";
  return show_time(key.last_used_at()) + (key.last_source().empty() ? "" : " " + key.last_source());
}

Result<int> list(const Invocation& invocation, ControlClient& client, Output& output) {
  auto request = list_request(invocation);
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
      {"key list",
       "list the keys",
       "In order of their ids. A page is there at once, whatever there is to look through; where "
       "--limit has cut a list, its last line says how to go on. active includes what has expired.",
       {kTenantOption,
        {Kind::kOption, "--user", "NAME", "of users of this name alone"},
        {Kind::kOption, "--state", "STATE", "in this state alone", "",
         "active|suspended|expired|revoked"},
        {Kind::kOption, "--prefix", "TEXT", "whose id begins so"},
        {Kind::kOption, "--expiring-before", "TIME", "that end before then, in order of their end"},
        {Kind::kOption, "--limit", "N", "at most so many; 0: all", "0"},
        {Kind::kOption, "--after", "CURSOR", "go on behind that row: its id, or END:ID"},
        kQuietList},
       list},
      key_show_command(),
  };
}

}  // namespace sallyport
