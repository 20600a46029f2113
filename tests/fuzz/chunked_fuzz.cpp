// SPDX-License-Identifier: Apache-2.0
// A chunked body ends at the same byte, or is refused at the same byte, however it is split; and
// what a plain reference reader accepts and refuses is the same.
#include <algorithm>
#include <cctype>

#include "agent/http/chunked.hpp"
#include "tests/fuzz/require.hpp"

namespace sallyport::test {
namespace {

// Reads whole bodies without extension and trailers, and nothing else: npos for any other.
std::size_t plain_end(std::string_view text, std::uint64_t& payload) {
  std::size_t at = 0;
  for (;;) {
    std::uint64_t size = 0;
    std::size_t digits = 0;
    for (; at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at])) != 0; ++at) {
      const char digit[] = {text[at], '\0'};
      size = size * 16 + std::strtoul(digit, nullptr, 16);
      if (++digits > 15) return text.npos;
    }
    if (digits == 0 || text.substr(at, 2) != "\r\n") return text.npos;
    at += 2;
    if (size > text.size() - at) return text.npos;
    at += size;
    payload += size;
    if (text.substr(at, 2) != "\r\n") return text.npos;
    at += 2;
    if (size == 0) return at;
  }
}

}  // namespace
}  // namespace sallyport::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport::test;
  using sallyport::ParseStatus;
  if (size == 0) return 0;
  const std::string_view text = text_of(data + 1, size - 1);
  const Prefix copy(text, text.size());
  sallyport::ChunkedWalker whole;
  const auto expected = whole.feed(copy.view());
  require(expected.consumed <= text.size(), "no more is consumed than there is");
  std::uint64_t payload = 0;
  if (const std::size_t end = plain_end(text, payload); end != text.npos) {
    require(expected.result == ParseStatus::kDone && expected.consumed == end, "the end is right");
    require(whole.payload_bytes() == payload, "the payload is counted right");
  }
  sallyport::ChunkedWalker parts;
  sallyport::ChunkedWalker::Step step;
  std::size_t consumed = 0;
  const std::size_t width = 1 + data[0] % 16;
  while (consumed < text.size() && step.result == ParseStatus::kNeedMore) {
    const std::string_view rest = text.substr(consumed);
    const Prefix part(rest, std::min(width, rest.size()));
    step = parts.feed(part.view());
    consumed += step.consumed;
  }
  require(step.result == expected.result && consumed == expected.consumed, "splits don't matter");
  require(parts.payload_bytes() == whole.payload_bytes(), "nor for the payload");
  return 0;
}
