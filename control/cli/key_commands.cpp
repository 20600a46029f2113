// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/array.hpp>
#include <ctime>

#include "control/cli/command_groups.hpp"
#include "control/cli/output.hpp"
#include "control/cli/values.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;
using Stub = ControlClient::Stub;

std::string state_word(const control::v1::Key& key) {
  return enum_word(*control::v1::KeyState_descriptor(), key.state());
}

Result<control::v1::CreateKeyRequest> make_request(const Invocation& invocation) {
  control::v1::CreateKeyRequest request;
  const std::int64_t now = std::time(nullptr);
  auto owner = parse_owner(invocation.value("TENANT/USER"));
  if (!owner) return owner.error();
  auto expires_at = parse_moment(invocation.value("--expires"), now);
  if (!expires_at) return expires_at.error();
  request.set_tenant(owner->tenant);
  request.set_user(owner->user);
  request.set_env(invocation.value("--env"));
  request.set_expires_at(*expires_at);
  request.set_note(invocation.value("--note"));
  if (invocation.has("--not-before")) {
    auto not_before = parse_moment(invocation.value("--not-before"), now);
    if (!not_before) return not_before.error();
    request.set_not_before(*not_before);
  }
  if (invocation.has("--limit")) {
    auto rate = parse_rate(invocation.value("--limit"));
    if (!rate) return rate.error();
    request.set_limit_per_second(*rate);
  }
  if (invocation.has("--burst")) {
    auto burst = parse_number("--burst", invocation.value("--burst"));
    if (!burst) return burst.error();
    request.set_burst(*burst);
  }
  return request;
}

Result<int> create(const Invocation& invocation, ControlClient& client, Output& output) {
  auto request = make_request(invocation);
  if (!request) return request.error();
  auto created = client.call(&Stub::CreateKey, *request);
  if (!created) return created.error();
  const auto& key = created->key();
  if (output.is_json()) {
    output.json(to_json(*created));
  } else if (invocation.has("--quiet")) {
    output.line(created->raw_key());
  } else {
    output.line("created key " + key.id() + " (" + key.tenant() + "/" + key.user() + "), expires " +
                show_time(key.expires_at()));
    output.receipt_lines(created->receipt());
    output.line("");
    output.line("  " + created->raw_key());
    output.line("");
    output.line("This is the only time the key is shown; it is kept nowhere.");
  }
  std::fill(created->mutable_raw_key()->begin(), created->mutable_raw_key()->end(), '\0');
  return kDone;
}

Result<int> list(const Invocation& invocation, ControlClient& client, Output& output) {
  control::v1::ListKeysRequest request;
  request.set_tenant(invocation.value("--tenant"));
  request.set_user(invocation.value("--user"));
  const std::string& state = invocation.value("--state");
  if (state == "active") request.set_state(control::v1::KEY_STATE_ACTIVE);
  if (state == "suspended") request.set_state(control::v1::KEY_STATE_SUSPENDED);
  if (state == "revoked") request.set_state(control::v1::KEY_STATE_REVOKED);

  Table table{{"KEY", "USER", "ENV", "STATE", "EXPIRES", "LIMIT", "NOTE"}, {}};
  boost::json::array rows;
  auto listed = client.list_keys(request, [&](const control::v1::Key& key) {
    if (output.is_json()) {
      rows.push_back(to_json(key));
    } else if (invocation.has("--quiet")) {
      output.line(key.id());
    } else {
      table.rows.push_back(
          {key.id(), key.tenant() + "/" + key.user(), key.env(), state_word(key),
           show_time(key.expires_at()),
           key.limit_per_second() == 0 ? "none" : std::to_string(key.limit_per_second()) + "/s",
           key.note()});
    }
  });
  if (!listed) return listed.error();
  if (output.is_json()) {
    output.json(boost::json::object{{"keys", std::move(rows)}});
  } else if (!invocation.has("--quiet")) {
    output.table(table);
  }
  return kDone;
}

Result<int> show(const Invocation& invocation, ControlClient& client, Output& output) {
  control::v1::GetKeyRequest request;
  request.set_id(invocation.value("ID"));
  auto key = client.call(&Stub::GetKey, request);
  if (!key) return key.error();
  if (output.is_json()) {
    output.json(to_json(*key));
    return kDone;
  }
  output.line("key         " + key->id());
  output.line("digest      " + key->digest().substr(0, 8) + "…");
  output.line("user        " + key->tenant() + "/" + key->user());
  output.line("env         " + key->env());
  output.line("state       " + state_word(*key) +
              (key->reason().empty() ? "" : " (" + key->reason() + ")"));
  output.line("created     " + show_time(key->created_at()));
  output.line("valid from  " +
              (key->not_before() == 0 ? std::string("always") : show_time(key->not_before())));
  output.line("expires     " + show_time(key->expires_at()));
  output.line("limit       " + (key->limit_per_second() == 0
                                    ? std::string("none")
                                    : std::to_string(key->limit_per_second()) + "/s, burst " +
                                          std::to_string(key->burst())));
  if (!key->note().empty()) output.line("note        " + key->note());
  return kDone;
}

Result<int> revoke(const Invocation& invocation, ControlClient& client, Output& output) {
  control::v1::GetKeyRequest wanted;
  wanted.set_id(invocation.value("ID"));
  control::v1::RevokeKeyRequest request;
  request.set_id(wanted.id());
  request.set_reason(invocation.value("--reason"));
  auto receipt = client.call(&Stub::RevokeKey, request);
  if (!receipt) return receipt.error();
  auto key = client.call(&Stub::GetKey, wanted);
  const std::string whose = key ? " (" + key->tenant() + "/" + key->user() + ")" : "";
  output.receipt("revoked key " + request.id() + whose, *receipt);
  return kDone;
}

const Parameter kId = {Kind::kPositional, "ID", "", "the key's id: the third part of spk_…_ID_…"};

}  // namespace

std::vector<Command> key_commands() {
  return {
      {"key create",
       "create a key for a user and show it, this once",
       "The key is printed on standard output and kept nowhere: only its SHA-256 is stored.",
       {{Kind::kPositional, "TENANT/USER", "", "the user the key is for"},
        {Kind::kOption, "--env", "NAME", "environment, a part of the key's text", "live"},
        {Kind::kOption, "--expires", "TIME", "a duration, a date, a time, or never", "90d"},
        {Kind::kOption, "--not-before", "TIME", "refuse it until then"},
        {Kind::kOption, "--limit", "N/s", "requests a second"},
        {Kind::kOption, "--burst", "N", "requests that may come at once beyond the limit"},
        {Kind::kOption, "--note", "TEXT", "for people, at most 256 bytes"},
        {Kind::kFlag, "-q,--quiet", "", "print the raw key alone"}},
       create},
      {"key list",
       "list the keys",
       "",
       {{Kind::kOption, "--tenant", "NAME", "of this tenant alone"},
        {Kind::kOption, "--user", "NAME", "of users of this name alone"},
        {Kind::kOption, "--state", "STATE", "in this state alone", "", "active|suspended|revoked"},
        {Kind::kFlag, "-q,--quiet", "", "print the ids alone"}},
       list},
      {"key show", "show a key, without its secret", "", {kId}, show},
      {"key revoke",
       "refuse a key from now on, for ever",
       "Returns when the kernel refuses the key's connections and the terminator has cut them, "
       "and prints how long each took.",
       {kId, {Kind::kOption, "--reason", "TEXT", "why, for the record"}},
       revoke},
  };
}

}  // namespace sallyport
