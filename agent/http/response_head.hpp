// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/http/message.hpp"

namespace sallyport {

/// An HTTP/1.x response head from the upstream. Views into the parsed buffer.
struct ResponseHead {
  unsigned status = 0;
  std::string_view reason;
  std::uint8_t minor_version = 1;
  Framing framing = Framing::kNone;
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  HeaderFields fields;
};

/// `request_method` decides whether a body can follow (HEAD). 1xx heads are returned like any
/// other, with `Framing::kNone`; the caller goes on reading.
[[nodiscard]] ParseResult parse_response_head(std::string_view bytes, const HeadLimits& limits,
                                              std::string_view request_method,
                                              ResponseHead& out) noexcept;

}  // namespace sallyport
