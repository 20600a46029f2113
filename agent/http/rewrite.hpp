// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/http/nominated_fields.hpp"
#include "agent/http/request_head.hpp"
#include "agent/http/response_head.hpp"

namespace sallyport {

/// Whether the peer that sent a request may speak for the client of whom it has it.
enum class Sender : std::uint8_t {
  kClient,      // it is the client: what it says of itself in X-Forwarded-* goes
  kTrustedHop,  // its X-Forwarded-For is appended to, its X-Forwarded-Proto kept
};

/// What the upstream is told beyond the request itself, and what it must not see.
struct UpstreamRewrite {
  std::span<const std::string_view> removed;  // lower-case names: key headers, our own headers
  std::span<const HeaderField> added;         // set by us; same-named ones of the client go
  std::string_view peer_address;              // for X-Forwarded-For
  Sender sender = Sender::kClient;
  std::string_view upgrade = {};  // the protocol to ask for; empty: none
};

/// Appends the head for the upstream to `out`: hop-by-hop fields removed (RFC 9110 section
/// 7.6.1, with those that Connection names), Host kept, framing fields written anew,
/// X-Forwarded-For/-Proto/-Host set, always HTTP/1.1 with keep-alive. A trusted hop that says no
/// X-Forwarded-Proto leaves it unsaid.
void write_upstream_head(const RequestHead& request, const UpstreamRewrite& rewrite,
                         std::string& out);

/// Which of an upstream's fields go to the client as they stand: not those of its hop, nor those
/// of framing. `response` must outlive it.
class DownstreamFilter {
 public:
  explicit DownstreamFilter(const ResponseHead& response) noexcept;
  [[nodiscard]] bool passes(std::string_view name) const noexcept;

 private:
  NominatedFields nominated_;
};

/// Whether the client is told a length: that of the body, or the one that the answer to HEAD and a
/// 304 tell of what they don't carry (RFC 9110 section 8.6).
[[nodiscard]] bool tells_length(const ResponseHead& response, Framing framing) noexcept;

/// Appends the head for the client to `out`: hop-by-hop fields removed, framing fields written
/// anew, `Connection: close` where `keep_alive` is false. A `kUntilClose` body is announced as
/// chunked to an HTTP/1.1 client by the caller's choice of `framing`.
void write_downstream_head(const ResponseHead& response, Framing framing, bool keep_alive,
                           std::string& out);

}  // namespace sallyport
