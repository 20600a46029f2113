// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sallyport {

/// One header field; views into the buffer that was parsed. The value has no outer white space.
struct HeaderField {
  std::string_view name;  // as sent: compare with `iequals`
  std::string_view value;
};

/// Case-insensitive ASCII comparison.
[[nodiscard]] bool iequals(std::string_view a, std::string_view b) noexcept;

/// The most header fields a head may have, whatever the configuration says.
constexpr std::size_t kMaxHeaderFields = 128;

/// The fields of one head, in order, without allocation.
class HeaderFields {
 public:
  [[nodiscard]] std::span<const HeaderField> all() const noexcept {
    return {fields_.data(), size_};
  }
  /// The first of that name, or an empty view.
  [[nodiscard]] std::string_view find(std::string_view name) const noexcept;
  [[nodiscard]] bool add(HeaderField field) noexcept;  // false: no room
  void clear() noexcept { size_ = 0; }

 private:
  std::array<HeaderField, kMaxHeaderFields> fields_;
  std::size_t size_ = 0;
};

/// Where a body ends (RFC 9112 section 6.3).
enum class Framing : std::uint8_t {
  kNone,        // there is none
  kLength,      // after content_length bytes
  kChunked,     // after the last chunk and the trailers
  kUntilClose,  // responses only
};

/// Bounds for one head.
struct HeadLimits {
  std::size_t bytes = 16384;
  std::size_t fields = 100;  // at most kMaxHeaderFields
};

/// What a parser says of the bytes so far.
enum class ParseStatus : std::uint8_t { kNeedMore, kDone, kBad };

/// `kDone`: `consumed` bytes belong to the head. `kBad`: answer with `status` and close;
/// `why` is for the log (static storage).
struct ParseResult {
  ParseStatus result = ParseStatus::kNeedMore;
  std::size_t consumed = 0;
  unsigned status = 0;  // 400, 414, 417, 431, 501 or 505; 502 for a response
  const char* why = "";
};

}  // namespace sallyport
