// SPDX-License-Identifier: Apache-2.0
// A response head that is accepted is written for the client as one that frames the same body.
#include "agent/http/rewrite.hpp"
#include "tests/fuzz/require.hpp"

namespace sallyport::test {
namespace {

constexpr HeadLimits kLimits{2048, 20};

// RFC 9112 section 6.3 said once more, from the fields alone.
void check_framing(const ResponseHead& head, std::string_view method) {
  const bool bodyless = head.status / 100 == 1 || head.status == 204 || head.status == 304;
  const bool chunked = !head.fields.find("transfer-encoding").empty();
  const bool sized = !head.fields.find("content-length").empty();
  const Framing expected = bodyless || method == "HEAD" ? Framing::kNone
                           : chunked                    ? Framing::kChunked
                           : sized                      ? Framing::kLength
                                                        : Framing::kUntilClose;
  require(head.framing == expected, "the body is framed as the fields say");
  require(!(chunked && sized), "never by two fields");
  require(expected != Framing::kUntilClose || !head.keep_alive, "a close ends the connection");
}

void check_rewrite(const ResponseHead& head, std::string_view method) {
  std::string out;
  write_downstream_head(head, head.framing, head.keep_alive, out);
  ResponseHead again;
  const ParseResult result = parse_response_head(out, HeadLimits{}, method, again);
  require(result.result == ParseStatus::kDone && result.consumed == out.size(),
          "a rewritten head is one whole head");
  require(head.status == again.status, "it has the same status");
  require(head.framing == again.framing, "it frames its body in the same way");
  require(head.framing != Framing::kLength || head.content_length == again.content_length,
          "it has the same length");
  require(head.keep_alive == again.keep_alive, "it keeps or ends the connection alike");
}

}  // namespace
}  // namespace sallyport::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport::test;
  using sallyport::ParseStatus;
  const std::string_view text = text_of(data, size);
  const std::string_view method = size % 2 == 0 ? "GET" : "HEAD";
  static sallyport::ResponseHead head;
  const Prefix whole(text, text.size());
  const auto result = sallyport::parse_response_head(whole.view(), kLimits, method, head);
  require(result.result != ParseStatus::kBad || result.status == 502, "a bad gateway, no other");
  if (result.result != ParseStatus::kDone) return 0;
  check_framing(head, method);
  check_rewrite(head, method);
  const Prefix cut(text, result.consumed - 1);
  require(sallyport::parse_response_head(cut.view(), kLimits, method, head).result ==
              ParseStatus::kNeedMore,
          "a head needs its last byte");
  return 0;
}
