// SPDX-License-Identifier: Apache-2.0
#include "control/cli/watch_request.hpp"

#include <string>

#include "control/cli/values.hpp"

namespace sallyport {

Result<control::v1::WatchEventsRequest> make_watch_request(const Invocation& invocation,
                                                           std::string_view most) {
  control::v1::WatchEventsRequest request;
  request.set_verdict(invocation.value("--verdict"));
  request.set_source(invocation.value("--source"));
  request.set_service(invocation.value("--service"));
  request.set_follow(invocation.has("--follow"));
  if (!invocation.has(most)) return request;
  auto number = parse_number(most, invocation.value(most));
  if (!number) return number.error();
  if (*number == 0) return failure(Errc::kInvalid, std::string(most) + " is 0", "write 1 or more");
  request.set_most(*number);
  return request;
}

std::vector<Parameter> with_event_filters(std::vector<Parameter> own) {
  using Kind = Parameter::Kind;
  own.push_back(
      {Kind::kOption, "--verdict", "NAME", "with this verdict alone: DROP_KEY_REVOKED, ..."});
  own.push_back(
      {Kind::kOption, "--source", "ADDRESS", "from this address alone (IPv6: from its /64)"});
  own.push_back({Kind::kOption, "--service", "NAME", "to this service alone"});
  return own;
}

}  // namespace sallyport
