// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/requests.hpp"

#include "agent/registry/change_lines.hpp"
#include "agent/registry/names.hpp"

namespace sallyport {

std::string safe_text(std::string_view text) {
  constexpr std::string_view kPrefix = "spk_";
  const auto at = text.find(kPrefix);
  const auto shown = text.substr(0, at);
  std::string safe = check_text("text", shown) ? std::string(shown) : printable(shown);
  if (at != std::string_view::npos) safe += "spk_(not shown)";
  return safe;
}

AuditRecord request(const Actor& actor, const Act& act, UnixSeconds now) {
  AuditRecord record;
  record.at = now;
  record.actor = actor.who;
  record.verb = act.verb;
  record.kind = act.kind;
  record.subject = safe_text(act.subject);
  record.detail = safe_text(act.detail);
  record.reason = safe_text(act.reason);
  return record;
}

Failure no_tenant(std::string_view name) {
  const auto shown = printable(name);
  return failure(Errc::kNotFound, "no such tenant: " + shown,
                 "create it: sallyport tenant create " + shown);
}

Failure no_user(std::string_view tenant, std::string_view name) {
  const auto shown = user_path(printable(tenant), printable(name));
  return failure(Errc::kNotFound, "no such user: " + shown,
                 "create it: sallyport user create " + shown);
}

Failure no_key(std::string_view id) {
  return failure(Errc::kNotFound, "no such key: " + printable(id),
                 "`sallyport key list` shows the ids");
}

}  // namespace sallyport
