// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string_view>

#include "agent/http/chunked.hpp"
#include "agent/http/message.hpp"

namespace sallyport {

/// Finds where a body ends in the bytes that pass by. Pure.
class BodyTracker {
 public:
  BodyTracker() = default;
  BodyTracker(Framing framing, std::uint64_t content_length) noexcept
      : framing_(framing),
        left_(content_length),
        done_(framing == Framing::kNone || (framing == Framing::kLength && content_length == 0)) {}

  /// How many of `bytes` belong to the body.
  std::size_t feed(std::string_view bytes) noexcept {
    if (done_ || bad_) return 0;
    if (framing_ == Framing::kChunked) return feed_chunked(bytes);
    if (framing_ == Framing::kUntilClose) return bytes.size();
    const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    left_ -= taken;
    done_ = left_ == 0;
    return taken;
  }

  [[nodiscard]] bool done() const noexcept { return done_; }
  [[nodiscard]] bool bad() const noexcept { return bad_; }
  [[nodiscard]] Framing framing() const noexcept { return framing_; }
  /// Of a chunked body, so far.
  [[nodiscard]] std::uint64_t payload_bytes() const noexcept { return walker_.payload_bytes(); }

 private:
  std::size_t feed_chunked(std::string_view bytes) noexcept {
    const auto step = walker_.feed(bytes);
    done_ = step.result == ParseStatus::kDone;
    bad_ = step.result == ParseStatus::kBad;
    return step.consumed;
  }

  Framing framing_ = Framing::kNone;
  std::uint64_t left_ = 0;
  bool done_ = true;
  bool bad_ = false;
  ChunkedWalker walker_;
};

}  // namespace sallyport
