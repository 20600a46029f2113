// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/http/request_head.hpp"
#include "agent/http/response_head.hpp"

namespace sallyport {

/// The one protocol to which a request asks to switch its connection (RFC 9110 section 7.8), as it
/// stands there. Empty: none, or none that may be asked for an upstream: in HTTP/1.0, with a body
/// (where it ends would be a matter of opinion), or where several are offered.
[[nodiscard]] std::string_view upgrade_of(const RequestHead& request) noexcept;

/// Whether a response switches to `protocol` and to nothing else.
[[nodiscard]] bool switches_to(const ResponseHead& response, std::string_view protocol) noexcept;

/// Appends the head of the 101 for the client: hop-by-hop fields removed but for those that switch.
void write_switching_head(const ResponseHead& response, std::string_view protocol,
                          std::string& out);

}  // namespace sallyport
