// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/requests.hpp"

#include "agent/registry/change_lines.hpp"
#include "agent/registry/names.hpp"

namespace sallyport {

ChangeRecord request(const Actor& actor, std::string_view verb, UnixSeconds now,
                     std::string_view reason) {
  ChangeRecord record;
  record.at = now;
  record.actor = actor.who;
  record.verb = verb;
  record.reason = reason;
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
