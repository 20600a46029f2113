// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/http/message.hpp"

namespace sallyport {

/// Walks a chunked body (RFC 9112 section 7.1) that is passed on as it stands, to find where it
/// ends and to refuse bad forms. A state machine: feed it any split of the bytes.
class ChunkedWalker {
 public:
  struct Step {
    ParseStatus result = ParseStatus::kNeedMore;
    std::size_t consumed = 0;  // bytes of `bytes` that belong to the body
  };

  [[nodiscard]] Step feed(std::string_view bytes) noexcept;

  /// Payload bytes seen so far.
  [[nodiscard]] std::uint64_t payload_bytes() const noexcept { return payload_; }

 private:
  enum class State : std::uint8_t {
    kSize, kExtension, kSizeLf, kData, kDataCr, kDataLf, kTrailerStart, kTrailer, kTrailerLf, kEndLf
  };

  State state_ = State::kSize;
  std::uint8_t size_digits_ = 0;
  std::uint64_t left_ = 0;      // of the current chunk
  std::uint64_t payload_ = 0;
  std::uint32_t overhead_ = 0;  // extension and trailer bytes, bounded
};

}  // namespace sallyport
