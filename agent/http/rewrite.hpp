// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/http/request_head.hpp"
#include "agent/http/response_head.hpp"

namespace sallyport {

/// What the upstream is told beyond the request itself, and what it must not see.
struct UpstreamRewrite {
  std::span<const std::string_view> removed;  // lower-case names: key headers, our own headers
  std::span<const HeaderField> added;         // set by us; same-named ones of the client go
  std::string_view client_address;            // for X-Forwarded-For (replaces the client's)
};

/// Appends the head for the upstream to `out`: hop-by-hop fields removed (RFC 9110 section
/// 7.6.1, with those that Connection names), Host kept, framing fields written anew,
/// X-Forwarded-For/-Proto/-Host set, always HTTP/1.1 with keep-alive.
void write_upstream_head(const RequestHead& request, const UpstreamRewrite& rewrite,
                         std::string& out);

/// Appends the head for the client to `out`: hop-by-hop fields removed, framing fields written
/// anew, `Connection: close` where `keep_alive` is false. A `kUntilClose` body is announced as
/// chunked to an HTTP/1.1 client by the caller's choice of `framing`.
void write_downstream_head(const ResponseHead& response, Framing framing, bool keep_alive,
                           std::string& out);

}  // namespace sallyport
