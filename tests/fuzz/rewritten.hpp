// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/http/rewrite.hpp"
#include "tests/fuzz/require.hpp"

namespace sallyport::test {

inline constexpr std::string_view kRemoved[] = {"x-api-key", "authorization"};
inline constexpr HeaderField kAdded[] = {{"X-Auth-User", "alice"}};

/// What is written for the upstream is a head that our own parser takes, and says there what it
/// said here.
inline void check_rewrite(const RequestHead& head, Sender sender) {
  std::string out;
  write_upstream_head(head, {kRemoved, kAdded, "192.0.2.7", sender}, out);
  RequestHead again;
  const ParseResult result = parse_request_head(out, HeadLimits{}, again);
  require(result.result == ParseStatus::kDone && result.consumed == out.size(),
          "a rewritten head is one whole head");
  require(head.method == again.method && head.target == again.target && head.host == again.host,
          "it asks for the same");
  require(head.framing == again.framing && head.content_length == again.content_length,
          "it frames the same body");
  require(again.fields.find("x-forwarded-for").ends_with("192.0.2.7"), "it names its sender");
  require(again.fields.find("x-auth-user") == "alice", "the first of our fields is ours");
  require(again.fields.find("x_auth_user").empty(), "nor has it another spelling");
  require(again.fields.find("x-api-key").empty() && again.fields.find("connection").empty(),
          "what is to be removed is removed");
}

}  // namespace sallyport::test
