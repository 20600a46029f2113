// SPDX-License-Identifier: Apache-2.0
// Fields, one a line, name and value parted by a tab; the first octet says whether a body follows.
// What is accepted stays within its room, and is the same request when it is written as HTTP/1.
#include "agent/http/http2_head.hpp"
#include "tests/fuzz/rewritten.hpp"

namespace sallyport::test {
namespace {

constexpr HeadLimits kLimits{2048, 20};

void add_fields(std::string_view text, Http2HeadReader& reader) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t tab = line.find('\t');
    // Exact copies, which are gone when the field has been added.
    const std::string_view value = tab == line.npos ? "" : line.substr(tab + 1);
    const Prefix name_copy(line, std::min(tab, line.size()));
    const Prefix value_copy(value, value.size());
    reader.add(name_copy.view(), value_copy.view());
  }
}

}  // namespace
}  // namespace sallyport::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport::test;
  const std::string_view text = text_of(data, size);
  if (text.empty()) return 0;
  const bool has_body = (data[0] & 1) != 0;
  const std::size_t room = 256 + std::size_t{data[0]} * 8;  // less than the limit, or more
  const auto bytes = std::make_unique<char[]>(room);
  static sallyport::RequestHead head;
  sallyport::Http2HeadReader reader;
  reader.begin({bytes.get(), room}, kLimits, head);
  add_fields(text.substr(1), reader);
  const sallyport::ParseResult result = reader.conclude(has_body);
  require(result.consumed <= room, "it stays within its room");
  if (result.result != sallyport::ParseStatus::kDone) return 0;
  require((head.framing == sallyport::Framing::kChunked) <= has_body, "chunked where a body is");
  require(!head.host.empty(), "it is for a host");
  check_rewrite(head, sallyport::Sender::kClient);
  return 0;
}
