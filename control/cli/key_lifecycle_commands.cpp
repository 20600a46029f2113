// SPDX-License-Identifier: Apache-2.0
#include <ctime>

#include "control/cli/command_groups.hpp"
#include "control/cli/key_limits.hpp"
#include "control/cli/key_text.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;
using Stub = ControlClient::Stub;
using KeyResult = Result<control::v1::Receipt>;

/// What was done with the key, whose it is now, and the receipt.
Result<int> report(const std::string& done, const std::string& id, const KeyResult& receipt,
                   ControlClient& client, Output& output) {
  if (!receipt) return receipt.error();
  control::v1::GetKeyRequest request;
  request.set_id(id);
  const auto key = client.call(&Stub::GetKey, request);
  const std::string whose = key ? " (" + key->tenant() + "/" + key->user() + ")" : "";
  output.receipt(done + " key " + id + whose, *receipt);
  return kDone;
}

template <control::v1::KeyState kState>
Result<int> set_state(const Invocation& invocation, ControlClient& client, Output& output) {
  control::v1::SetKeyStateRequest request;
  request.set_id(invocation.value("ID"));
  request.set_state(kState);
  request.set_reason(invocation.value("--reason"));
  const auto receipt = client.call(&Stub::SetKeyState, request);
  const char* done = kState == control::v1::KEY_STATE_ACTIVE      ? "resumed"
                     : kState == control::v1::KEY_STATE_SUSPENDED ? "suspended"
                                                                  : "revoked";
  return report(done, request.id(), receipt, client, output);
}

Result<int> expire(const Invocation& invocation, ControlClient& client, Output& output) {
  const std::int64_t now = std::time(nullptr);
  const std::string& at = invocation.value("--at");
  auto end = at == "now" ? Result<std::int64_t>(now) : parse_point(at, now);
  if (!end) return end.error();
  control::v1::UpdateKeyRequest request;
  request.set_id(invocation.value("ID"));
  request.set_reason(invocation.value("--reason"));
  request.set_expires_at(*end);
  const auto receipt = client.call(&Stub::UpdateKey, request);
  const std::string done = *end > now ? "at " + show_time(*end) + " expires" : "expired";
  return report(done, request.id(), receipt, client, output);
}

Result<int> set(const Invocation& invocation, ControlClient& client, Output& output) {
  control::v1::UpdateKeyRequest request;
  if (auto done = set_limits(invocation, request); !done) return done.error();
  if (invocation.has("--expires")) {
    auto end = parse_moment(invocation.value("--expires"), std::time(nullptr));
    if (!end) return end.error();
    request.set_expires_at(*end);
  }
  if (invocation.has("--note")) request.set_note(invocation.value("--note"));
  if (invocation.has("--no-note")) request.set_note("");
  if (request.ByteSizeLong() == 0) {
    return failure(Errc::kInvalid, "nothing is to be changed",
                   "name what: sallyport key set --help lists it");
  }
  request.set_id(invocation.value("ID"));
  request.set_reason(invocation.value("--reason"));
  return report("changed", request.id(), client.call(&Stub::UpdateKey, request), client, output);
}

Result<int> transfer(const Invocation& invocation, ControlClient& client, Output& output) {
  auto heir = parse_owner(invocation.value("TENANT/USER"));
  if (!heir) return heir.error();
  control::v1::TransferKeyRequest request;
  request.set_id(invocation.value("ID"));
  request.set_tenant(heir->tenant);
  request.set_user(heir->user);
  request.set_reason(invocation.value("--reason"));
  const auto receipt = client.call(&Stub::TransferKey, request);
  return report("transferred", request.id(), receipt, client, output);
}

Result<int> rotate(const Invocation& invocation, ControlClient& client, Output& output) {
  const std::int64_t now = std::time(nullptr);
  auto overlap = parse_duration(invocation.value("--overlap"));
  if (!overlap) return overlap.error();
  auto end = parse_moment(invocation.value("--expires"), now);
  if (!end) return end.error();
  control::v1::RotateKeyRequest request;
  request.set_id(invocation.value("ID"));
  request.set_expires_at(*end);
  request.set_overlap_ends(now + *overlap);
  request.set_reason(invocation.value("--reason"));
  auto created = client.call(&Stub::RotateKey, request);
  if (!created) return created.error();
  control::v1::GetKeyRequest wanted;
  wanted.set_id(request.id());
  const auto old = client.call(&Stub::GetKey, wanted);
  const auto& key = created->record();
  print_new_key("created key " + key.id() + " (" + key.tenant() + "/" + key.user() + "), expires " +
                    show_time(key.expires_at()) + ", in place of key " + request.id() +
                    ", which ends " + show_time(old ? old->expires_at() : request.overlap_ends()),
                invocation, *created, output);
  return kDone;
}

constexpr Parameter kSuspendedId = {.kind = Kind::kPositional,
                                    .name = "ID",
                                    .placeholder = "",
                                    .help = "the key's id, the third part of it",
                                    .names_by = "key list -q --state suspended"};

}  // namespace

std::vector<Command> key_lifecycle_commands() {
  std::vector<Parameter> set_parameters = {
      kKeyId, {Kind::kOption, "--expires", "TIME", "a duration, a date, a time, or never"}};
  for (const auto& option : limit_options()) set_parameters.push_back(option);
  set_parameters.push_back({Kind::kOption, "--note", "TEXT", "for people, at most 256 bytes"});
  set_parameters.push_back({Kind::kFlag, "--no-note", "", "take the note away"});
  set_parameters.push_back(kReason);
  return {
      {"key set", "change a key's limits, its end or its note",
       "What is not named stays as it is. A changed limit acts on the next request and packet.",
       std::move(set_parameters), set},
      {"key suspend",
       "refuse a key until it is resumed",
       "Its live connections are cut before the command returns.",
       {kKeyId, kReason},
       set_state<control::v1::KEY_STATE_SUSPENDED>},
      {"key resume",
       "take a suspended key again",
       "",
       {kSuspendedId, kReason},
       set_state<control::v1::KEY_STATE_ACTIVE>},
      {"key expire",
       "end a key at a time, or now",
       "At that second the kernel refuses its connections and the terminator cuts them. key set "
       "--expires gives it a later end again.",
       {kKeyId,
        {Kind::kOption, "--at", "TIME", "a duration, a date, a time, or now", "now"},
        kReason},
       expire},
      {"key rotate",
       "make a successor for a key, which ends after an overlap",
       "The successor has the same owner, environment, limits and note. Both are good until the "
       "overlap is over; then the old one expires by itself. key show tells who is still used.",
       {kKeyId,
        {Kind::kOption, "--overlap", "DURATION", "how long the old one is still good", "24h"},
        {Kind::kOption, "--expires", "TIME", "end of the new one: a duration, a date, or never",
         "90d"},
        kReason,
        {Kind::kFlag, "-q,--quiet", "", "print the raw key alone"}},
       rotate},
      {"key transfer",
       "give a key to another user",
       "What runs in the former user's name is cut before the command returns.",
       {kKeyId, kOwner, kReason},
       transfer},
      {"key revoke",
       "refuse a key from now on, for ever",
       "Returns when the kernel refuses the key's connections and the terminator has cut them, "
       "and prints how long each took.",
       {kKeyId, kReason},
       set_state<control::v1::KEY_STATE_REVOKED>},
  };
}

}  // namespace sallyport
