// SPDX-License-Identifier: Apache-2.0
#include "agent/http/chunked.hpp"

#include <algorithm>

#include "agent/http/octets.hpp"

namespace sallyport {

namespace {

constexpr std::uint8_t kMaxSizeDigits = 15;  // 2^60 - 1: can't overflow, and no chunk is larger
constexpr std::uint16_t kMaxExtension = 256;
constexpr std::uint32_t kMaxOverhead = 16384;

// -1: not a hexadecimal digit.
int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char letter = lower_octet(c);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

}  // namespace

ChunkedWalker::Step ChunkedWalker::feed(std::string_view bytes) noexcept {
  std::size_t at = 0;
  for (;;) {
    std::string_view payload;
    const Step step = feed_run(bytes.substr(at), payload);
    at += step.consumed;
    if (step.result != ParseStatus::kNeedMore || at == bytes.size()) return {step.result, at};
  }
}

ChunkedWalker::Step ChunkedWalker::feed_run(std::string_view bytes,
                                            std::string_view& payload) noexcept {
  payload = {};
  std::size_t at = 0;
  while (at < bytes.size() && state_ != State::kDone && state_ != State::kBad) {
    if (state_ == State::kData) {
      payload = bytes.substr(at, std::min<std::uint64_t>(left_, bytes.size() - at));
      payload_ += payload.size();
      left_ -= payload.size();
      if (left_ == 0) state_ = State::kDataCr;
      return {ParseStatus::kNeedMore, at + payload.size()};
    }
    state_ = after(bytes[at]);
    if (state_ != State::kBad) ++at;
  }
  if (state_ == State::kDone) return {ParseStatus::kDone, at};
  if (state_ == State::kBad) return {ParseStatus::kBad, at};
  return {ParseStatus::kNeedMore, at};
}

bool ChunkedWalker::spend_overhead() noexcept {
  return ++overhead_ <= kMaxOverhead;
}

ChunkedWalker::State ChunkedWalker::after(char octet) noexcept {
  switch (state_) {
    case State::kSize:
      return after_size_octet(octet);
    case State::kExtension:
      return after_extension_octet(octet);
    case State::kSizeLf:
      if (octet != '\n') return State::kBad;
      size_digits_ = 0;
      extension_ = 0;
      return left_ == 0 ? State::kTrailerStart : State::kData;
    case State::kDataCr:
      return octet == '\r' ? State::kDataLf : State::kBad;
    case State::kDataLf:
      return octet == '\n' ? State::kSize : State::kBad;
    case State::kTrailerStart:
    case State::kTrailerName:
    case State::kTrailerValue:
      return after_trailer_octet(octet);
    case State::kTrailerLf:
      return octet == '\n' ? State::kTrailerStart : State::kBad;
    case State::kEndLf:
      return octet == '\n' ? State::kDone : State::kBad;
    case State::kData:
    case State::kDone:
    case State::kBad:
      break;
  }
  return State::kBad;
}

// No white space: "5 \r\n" and "5\t;a" are read in different ways by different servers.
ChunkedWalker::State ChunkedWalker::after_size_octet(char octet) noexcept {
  if (const int digit = hex_value(octet); digit >= 0) {
    if (++size_digits_ > kMaxSizeDigits) return State::kBad;
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    return State::kSize;
  }
  if (size_digits_ == 0) return State::kBad;
  if (octet == '\r') return State::kSizeLf;
  return octet == ';' ? State::kExtension : State::kBad;
}

ChunkedWalker::State ChunkedWalker::after_extension_octet(char octet) noexcept {
  if (octet == '\r') return extension_ > 0 ? State::kSizeLf : State::kBad;
  const bool ascii = static_cast<unsigned char>(octet) < 0x80;
  if (!ascii || is_control(octet)) return State::kBad;
  return ++extension_ <= kMaxExtension && spend_overhead() ? State::kExtension : State::kBad;
}

ChunkedWalker::State ChunkedWalker::after_trailer_octet(char octet) noexcept {
  if (state_ == State::kTrailerStart && octet == '\r') return State::kEndLf;
  if (trailers_ == Trailers::kRefuse || !spend_overhead()) return State::kBad;
  if (state_ == State::kTrailerValue) {
    if (octet == '\r') return State::kTrailerLf;
    return is_control(octet) ? State::kBad : State::kTrailerValue;
  }
  if (in_set(kTokenOctets, octet)) return State::kTrailerName;
  return octet == ':' && state_ == State::kTrailerName ? State::kTrailerValue : State::kBad;
}

}  // namespace sallyport
