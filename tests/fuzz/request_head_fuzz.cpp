// SPDX-License-Identifier: Apache-2.0
// A head that is accepted needs all its bytes, is written for the upstream as a head that our own
// parser takes, and says there what it said here.
#include "tests/fuzz/rewritten.hpp"

namespace sallyport::test {
namespace {

constexpr HeadLimits kLimits{2048, 20};

void check_prefixes(std::string_view text, const ParseResult& whole, std::size_t cut) {
  RequestHead head;
  const Prefix prefix(text, cut);
  const ParseResult part = parse_request_head(prefix.view(), kLimits, head);
  if (part.result == ParseStatus::kBad) {
    require(whole.result == ParseStatus::kBad, "what is refused stays refused");
  }
  if (part.result == ParseStatus::kDone) {
    require(whole.result == ParseStatus::kDone && part.consumed == whole.consumed,
            "a head ends where it ends, whatever follows");
  }
}

// RFC 9112 section 6.3 said once more, from the fields alone.
void check_framing(const RequestHead& head) {
  std::size_t codings = 0;
  std::size_t lengths = 0;
  std::size_t hosts = 0;
  for (const HeaderField& field : head.fields.all()) {
    codings += iequals(field.name, "transfer-encoding") ? 1 : 0;
    lengths += iequals(field.name, "content-length") ? 1 : 0;
    hosts += iequals(field.name, "host") ? 1 : 0;
  }
  require(codings + lengths <= 1, "one field at most frames the body");
  require((head.framing == Framing::kChunked) == (codings == 1), "chunked where a coding is");
  require((head.framing == Framing::kLength) == (lengths == 1), "sized where a length is");
  require(hosts == 1 || (hosts == 0 && head.minor_version == 0), "one Host");
}

}  // namespace
}  // namespace sallyport::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport::test;
  const std::string_view text = text_of(data, size);
  static sallyport::RequestHead head;
  const Prefix whole(text, text.size());
  const auto result = sallyport::parse_request_head(whole.view(), kLimits, head);
  if (result.result == sallyport::ParseStatus::kDone) {
    require(result.consumed <= size && result.consumed <= kLimits.bytes, "within the limits");
    check_prefixes(text, result, result.consumed);
    check_prefixes(text, result, result.consumed - 1);
    check_framing(head);
    if (!head.host.empty()) {
      check_rewrite(head, sallyport::Sender::kClient);
      check_rewrite(head, sallyport::Sender::kTrustedHop);
    }
  }
  if (size > 0) check_prefixes(text, result, data[size / 2] * size / 256);
  return 0;
}
