// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/http/message.hpp"

namespace sallyport {

/// An HTTP/1.x request head (RFC 9112), strictly read: what is dangerous to be lenient about is
/// refused. Views into the parsed buffer, valid as long as that is not moved.
struct RequestHead {
  std::string_view method;
  std::string_view target;  // origin-form, or "*" for OPTIONS; other forms are refused
  std::string_view host;    // exactly one Host field; empty only for HTTP/1.0
  std::uint8_t minor_version = 1;
  Framing framing = Framing::kNone;
  std::uint64_t content_length = 0;
  bool keep_alive = true;  // what the client asks for
  bool expect_continue = false;
  bool upgrade = false;  // Connection: upgrade with an Upgrade field
  HeaderFields fields;

  void reset() noexcept {
    method = target = host = {};
    minor_version = 1;
    framing = Framing::kNone;
    content_length = 0;
    keep_alive = true;
    expect_continue = upgrade = false;
    fields.clear();
  }
};

/// Reads a head from the start of `bytes`. Pure; no allocation; time linear in what is new is
/// not promised, but total time is bounded by `limits.bytes` squared over the segment size.
[[nodiscard]] ParseResult parse_request_head(std::string_view bytes, const HeadLimits& limits,
                                             RequestHead& out) noexcept;

/// The path of a target, without the query.
[[nodiscard]] std::string_view path_of(std::string_view target) noexcept;

/// A key as it was presented. Two different ones in headers of one name are ambiguous: we and the
/// upstream might each believe another.
struct PresentedKey {
  std::string_view value;  // empty: none
  bool is_ambiguous = false;
};

/// The key in the first of `header_names` (lower case) that has one; for "authorization" only the
/// Bearer scheme counts (RFC 6750).
[[nodiscard]] PresentedKey presented_key(const HeaderFields& fields,
                                         std::span<const std::string_view> header_names) noexcept;

}  // namespace sallyport
