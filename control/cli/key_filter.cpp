// SPDX-License-Identifier: Apache-2.0
#include "control/cli/key_filter.hpp"

#include <ctime>

#include "control/cli/command_groups.hpp"
#include "control/cli/values.hpp"

namespace sallyport {

Result<control::v1::ListKeysRequest> key_list_request(const Invocation& invocation) {
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
  if (!invocation.has("--limit")) return request;
  auto most = parse_number("--limit", invocation.value("--limit"));
  if (!most) return most.error();
  request.set_most(*most);
  return request;
}

std::vector<Parameter> key_filter_options() {
  using Kind = Parameter::Kind;
  return {
      kTenantOption,
      {Kind::kOption, "--user", "NAME", "of users of this name alone"},
      {Kind::kOption, "--state", "STATE", "in this state alone", "",
       "active|suspended|expired|revoked"},
      {Kind::kOption, "--prefix", "TEXT", "whose id begins so"},
      {Kind::kOption, "--expiring-before", "TIME", "that end before then, in order of their end"}};
}

}  // namespace sallyport
