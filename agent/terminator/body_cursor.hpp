// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string_view>

#include "agent/http/chunked.hpp"

namespace sallyport {

/// Where one body ends in a stream of bytes. Pure.
class BodyCursor {
 public:
  BodyCursor() = default;
  BodyCursor(Framing framing, std::uint64_t length, ChunkedWalker::Trailers trailers) noexcept
      : framing_(framing),
        left_(length),
        walker_(trailers),
        is_done_(framing == Framing::kNone || (framing == Framing::kLength && length == 0)) {}

  struct Taken {
    std::size_t bytes = 0;  // from the front, that belong to the body
    bool is_bad = false;    // the form is broken; `bytes` must not be passed on
  };

  /// Goes on past the body's bytes at the start of `available`.
  [[nodiscard]] Taken take(std::string_view available) noexcept {
    if (is_done_) return {};
    if (framing_ == Framing::kUntilClose) return {available.size(), false};
    if (framing_ == Framing::kLength) {
      const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(left_, available.size()));
      left_ -= bytes;
      is_done_ = left_ == 0;
      return {bytes, false};
    }
    const auto step = walker_.feed(available);
    is_done_ = step.result == ParseStatus::kDone;
    return {step.consumed, step.result == ParseStatus::kBad};
  }

  /// As `take` for a chunked body, but goes at most behind one run of payload.
  [[nodiscard]] Taken take_run(std::string_view available, std::string_view& payload) noexcept {
    const auto step = walker_.feed_run(available, payload);
    is_done_ = step.result == ParseStatus::kDone;
    return {step.consumed, step.result == ParseStatus::kBad};
  }

  [[nodiscard]] bool is_done() const noexcept { return is_done_; }
  /// Of a chunked body: payload seen so far.
  [[nodiscard]] std::uint64_t chunk_payload() const noexcept { return walker_.payload_bytes(); }

 private:
  Framing framing_ = Framing::kNone;
  std::uint64_t left_ = 0;
  ChunkedWalker walker_;
  bool is_done_ = true;
};

}  // namespace sallyport
