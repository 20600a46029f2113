// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/http/message.hpp"

namespace sallyport {

/// Walks a chunked body (RFC 9112 section 7.1), to find where it ends, to refuse bad forms and,
/// where it isn't passed on as it stands, to find its payload. A state machine: feed it any split
/// of the bytes. It stays bad or done once it is.
class ChunkedWalker {
 public:
  /// Trailers of a request can name fields that we add or remove in the head, and some upstreams
  /// merge the two: a caller that relies on such fields refuses them.
  enum class Trailers : std::uint8_t { kPass, kRefuse };

  explicit ChunkedWalker(Trailers trailers = Trailers::kPass) noexcept : trailers_(trailers) {}

  struct Step {
    ParseStatus result = ParseStatus::kNeedMore;
    std::size_t consumed = 0;  // bytes of `bytes` that belong to the body
  };

  [[nodiscard]] Step feed(std::string_view bytes) noexcept;

  /// As `feed`, but stops behind the first run of payload in `bytes`, which it points out.
  [[nodiscard]] Step feed_run(std::string_view bytes, std::string_view& payload) noexcept;

  /// Payload bytes seen so far.
  [[nodiscard]] std::uint64_t payload_bytes() const noexcept { return payload_; }

 private:
  enum class State : std::uint8_t {
    kSize,
    kExtension,
    kSizeLf,
    kData,
    kDataCr,
    kDataLf,
    kTrailerStart,
    kTrailerName,
    kTrailerValue,
    kTrailerLf,
    kEndLf,
    kDone,
    kBad
  };

  [[nodiscard]] State after(char octet) noexcept;
  [[nodiscard]] State after_size_octet(char octet) noexcept;
  [[nodiscard]] State after_extension_octet(char octet) noexcept;
  [[nodiscard]] State after_trailer_octet(char octet) noexcept;
  [[nodiscard]] bool spend_overhead() noexcept;

  Trailers trailers_;
  State state_ = State::kSize;
  std::uint8_t size_digits_ = 0;
  std::uint16_t extension_ = 0;  // octets of this chunk's extension, bounded
  std::uint32_t overhead_ = 0;   // extension and trailer octets of the whole body, bounded
  std::uint64_t left_ = 0;       // of the current chunk
  std::uint64_t payload_ = 0;
};

}  // namespace sallyport
