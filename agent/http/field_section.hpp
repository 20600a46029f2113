// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/http/message.hpp"

namespace sallyport {

/// The most options the Connection fields of one head may list; a rewrite keeps them in an array.
constexpr std::size_t kMaxConnectionOptions = 16;

/// What the fields of a head say of framing and connection; gathered while they are read, so that
/// no field is looked for twice.
struct FieldFindings {
  std::string_view host;
  std::uint64_t content_length = 0;
  std::uint8_t hosts = 0;               // saturates at 2
  std::uint8_t connection_options = 0;  // listed by all Connection fields together
  bool has_length = false;
  bool chunked = false;
  bool close = false;
  bool keep_alive = false;
  bool upgrade_option = false;  // Connection lists it
  bool upgrade_field = false;
  bool expects = false;  // Expect: 100-continue
};

/// Refuses with `status`; `why` is static.
[[nodiscard]] constexpr ParseResult refuse(unsigned status, const char* why) noexcept {
  return {ParseStatus::kBad, 0, status, why};
}

/// The head isn't complete: wait, or refuse where `size` bytes are all it may have.
[[nodiscard]] constexpr ParseResult incomplete(std::size_t size, const HeadLimits& limits,
                                               unsigned status, const char* why) noexcept {
  return size < limits.bytes ? ParseResult{} : refuse(status, why);
}

/// Takes a field into account; refuses what no head may say.
[[nodiscard]] ParseResult note_field(const HeaderField& field, FieldFindings& findings) noexcept;

/// Reads field lines from `bytes[at]` up to and with the empty line. `consumed` counts from the
/// start of `bytes`. Refuses what either kind of head may never have.
[[nodiscard]] ParseResult parse_fields(std::string_view bytes, std::size_t at,
                                       const HeadLimits& limits, HeaderFields& fields,
                                       FieldFindings& findings) noexcept;

}  // namespace sallyport
