// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <ctime>

#include "control/cli/command_groups.hpp"
#include "control/cli/output.hpp"
#include "control/cli/rows.hpp"
#include "control/cli/values.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;
using Stub = ControlClient::Stub;

std::string state_word(const control::v1::Key& key) {
  return enum_word(*control::v1::KeyState_descriptor(), key.state());
}

std::string show_limit(const control::v1::Key& key) {
  if (key.limit_per_second() == 0) return "none";
  return std::to_string(key.limit_per_second()) + "/s";
}

/// "none", or the rate and its burst.
std::string show_rate(std::uint64_t per_second, std::uint64_t burst) {
  if (per_second == 0) return "none";
  return std::to_string(per_second) + "/s, burst " + std::to_string(burst);
}

/// Without a burst of its own, a limit lets a second's worth come at once: TCP sends in bursts.
Result<void> set_traffic(const Invocation& invocation, control::v1::CreateKeyRequest& request) {
  if (invocation.has("--packets")) {
    auto rate = parse_rate(invocation.value("--packets"));
    if (!rate) return rate.error();
    request.set_packets_per_second(*rate);
    request.set_packet_burst(*rate);
  }
  if (invocation.has("--packet-burst")) {
    auto burst = parse_number("--packet-burst", invocation.value("--packet-burst"));
    if (!burst) return burst.error();
    request.set_packet_burst(*burst);
  }
  if (invocation.has("--bytes")) {
    auto rate = parse_byte_rate(invocation.value("--bytes"));
    if (!rate) return rate.error();
    request.set_bytes_per_second(*rate);
    request.set_byte_burst(*rate);
  }
  if (invocation.has("--byte-burst")) {
    auto burst = parse_bytes(invocation.value("--byte-burst"));
    if (!burst) return burst.error();
    request.set_byte_burst(*burst);
  }
  if (invocation.has("--egress")) {
    auto rate = parse_byte_rate(invocation.value("--egress"));
    if (!rate) return rate.error();
    request.set_egress_per_second(*rate);
  }
  return {};
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
    auto not_before = parse_point(invocation.value("--not-before"), now);
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
  if (auto set = set_traffic(invocation, request); !set) return set.error();
  return request;
}

Result<int> create(const Invocation& invocation, ControlClient& client, Output& output) {
  auto request = make_request(invocation);
  if (!request) return request.error();
  auto created = client.call(&Stub::CreateKey, *request);
  if (!created) return created.error();
  const auto& key = created->record();
  if (output.is_json()) {
    output.json(to_json(*created));
  } else if (invocation.has("--quiet")) {
    output.line(created->key());
  } else {
    output.line("created key " + key.id() + " (" + key.tenant() + "/" + key.user() + "), expires " +
                show_time(key.expires_at()));
    output.receipt_lines(created->receipt());
    output.line("");
    output.line("  " + created->key());
    output.line("");
    output.line("This is the only time the key is shown; it is kept nowhere.");
  }
  explicit_bzero(created->mutable_key()->data(), created->key().size());
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

  Rows rows(output, invocation, "keys",
            {"KEY", "USER", "ENV", "STATE", "EXPIRES", "LIMIT", "NOTE"});
  auto listed = client.list(&Stub::ListKeys, request, [&](const control::v1::Key& key) {
    rows.add(key, key.id(),
             {key.id(), key.tenant() + "/" + key.user(), key.env(), state_word(key),
              show_time(key.expires_at()), show_limit(key), key.note()});
  });
  if (!listed) return listed.error();
  rows.finish();
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
  output.line("limit       " + show_limit(*key) +
              (key->limit_per_second() == 0 ? "" : ", burst " + std::to_string(key->burst())));
  output.line("packets     " + show_rate(key->packets_per_second(), key->packet_burst()));
  output.line("bytes       " + show_rate(key->bytes_per_second(), key->byte_burst()));
  output.line("egress      " + (key->egress_per_second() == 0
                                    ? std::string("none")
                                    : std::to_string(key->egress_per_second()) + "/s"));
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

const Parameter kId = {.kind = Kind::kPositional,
                       .name = "ID",
                       .placeholder = "",
                       .help = "the key's id, the third part of it: spk_ENV_ID_SECRET_SUM",
                       .names_by = "key list -q --state active"};

}  // namespace

std::vector<Command> key_commands() {
  return {
      {"key create",
       "create a key for a user and show it, this once",
       "The key is printed on standard output and kept nowhere: only its SHA-256 is stored.",
       {kOwner,
        {Kind::kOption, "--env", "NAME", "environment, a part of the key's text", "live"},
        {Kind::kOption, "--expires", "TIME", "a duration, a date, a time, or never", "90d"},
        {Kind::kOption, "--not-before", "TIME",
         "refuse it until then: a duration, a date or a time"},
        {Kind::kOption, "--limit", "N/s", "requests a second"},
        {Kind::kOption, "--burst", "N", "requests that may come at once beyond the limit"},
        {Kind::kOption, "--packets", "N/s", "packets a second on its connections"},
        {Kind::kOption, "--packet-burst", "N", "packets that may come at once (a second's worth)"},
        {Kind::kOption, "--bytes", "N/s", "bytes a second that it may send; k, M, G: 3M/s"},
        {Kind::kOption, "--byte-burst", "N", "bytes that may come at once (a second's worth)"},
        {Kind::kOption, "--egress", "N/s", "bytes a second that it is sent; k, M, G: 3M/s"},
        {Kind::kOption, "--note", "TEXT", "for people, at most 256 bytes"},
        {Kind::kFlag, "-q,--quiet", "", "print the raw key alone"}},
       create},
      {"key list",
       "list the keys",
       "",
       {kTenantOption,
        {Kind::kOption, "--user", "NAME", "of users of this name alone"},
        {Kind::kOption, "--state", "STATE", "in this state alone", "", "active|suspended|revoked"},
        kQuietList},
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
