// SPDX-License-Identifier: Apache-2.0
#include <ctime>

#include "control/cli/key_text.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using control::v1::Key;
using Stub = ControlClient::Stub;

constexpr std::int64_t kStillUsed = 3600;  // who was used within the hour is told to be still used

/// "none", or the rate and its burst.
std::string show_rate(std::uint64_t per_second, std::uint64_t burst) {
  if (per_second == 0) return "none";
  return std::to_string(per_second) + "/s, burst " + std::to_string(burst);
}

std::string show_use(const Key& key) {
  if (key.last_used_at() == 0) return "never";
  std::string text = show_time(key.last_used_at());
  if (!key.last_source().empty()) text += " from " + key.last_source();
  return text + ", in " + std::to_string(key.recent_minutes()) + " of the last 30 minutes";
}

/// The key's other half in a rotation; where it can't be had, its id alone.
void print_relative(ControlClient& client, const std::string& head, const std::string& id,
                    bool is_predecessor, Output& output) {
  control::v1::GetKeyRequest request;
  request.set_id(id);
  const auto key = client.call(&Stub::GetKey, request);
  if (!key) return output.line(head + id);
  output.line(head + id + " (" + state_word(*key) + "), last used " + show_use(*key));
  const std::int64_t now = std::time(nullptr);
  if (!is_predecessor || state_word(*key) != "active" || key->last_used_at() < now - kStillUsed) {
    return;
  }
  output.line("            " + id + " is still used and ends " + show_time(key->expires_at()) +
              ": who uses it must have changed over by then");
}

void print_limits(const Key& key, Output& output) {
  output.line("limit       " + show_limit(key) +
              (key.limit_per_second() == 0 ? "" : ", burst " + std::to_string(key.burst())));
  output.line("packets     " + show_rate(key.packets_per_second(), key.packet_burst()));
  output.line("bytes       " + show_rate(key.bytes_per_second(), key.byte_burst()));
  output.line("egress      " + (key.egress_per_second() == 0
                                    ? std::string("none")
                                    : std::to_string(key.egress_per_second()) + "/s"));
}

Result<int> show(const Invocation& invocation, ControlClient& client, Output& output) {
  control::v1::GetKeyRequest request;
  request.set_id(invocation.value("ID"));
  const auto key = client.call(&Stub::GetKey, request);
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
  output.line("last used   " + show_use(*key));
  if (!key->predecessor().empty()) {
    print_relative(client, "replaces    ", key->predecessor(), true, output);
  }
  if (!key->successor().empty()) {
    print_relative(client, "replaced by ", key->successor(), false, output);
  }
  print_limits(*key, output);
  if (!key->note().empty()) output.line("note        " + key->note());
  return kDone;
}

}  // namespace

Command key_show_command() {
  return {"key show",
          "show a key, without its secret",
          "Of a key that was rotated, it tells how its use moves from the old one to the new.",
          {kKeyId},
          show};
}

}  // namespace sallyport
