// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/http/request_head.hpp"

namespace sallyport {

/// Makes a request's head of the fields of one HTTP/2 header block (RFC 9113 section 8.3), as
/// strict as the reader of HTTP/1, so that what is behind it needs no other rules.
///
/// The decoder before it holds names to lower case, values to their octets, pseudo-header fields
/// to their place, and the body to its Content-Length.
class Http2HeadReader {
 public:
  /// `room` takes the bytes, which `out` then refers to; it should hold `limits.bytes`.
  void begin(std::span<char> room, const HeadLimits& limits, RequestHead& out) noexcept;

  /// The next field. What is beyond the limits is not kept.
  void add(std::string_view name, std::string_view value) noexcept;

  /// The block is complete; `has_body`: more follows on the stream. `consumed` counts the bytes of
  /// `room` in use, also where the head is refused.
  [[nodiscard]] ParseResult conclude(bool has_body) noexcept;

 private:
  [[nodiscard]] std::string_view keep(std::string_view text) noexcept;
  void take_pseudo(std::string_view name, std::string_view value) noexcept;
  [[nodiscard]] ParseResult check() noexcept;
  void join_cookies() noexcept;
  void fail(ParseResult refusal) noexcept {
    if (verdict_.result != ParseStatus::kBad) verdict_ = refusal;
  }

  std::span<char> room_;
  HeadLimits limits_;
  RequestHead* head_ = nullptr;
  std::size_t used_ = 0;     // of room_
  std::size_t counted_ = 0;  // as if it were HTTP/1
  unsigned cookies_ = 0;
  std::string_view authority_;
  ParseResult verdict_;
};

}  // namespace sallyport
