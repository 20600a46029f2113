// SPDX-License-Identifier: Apache-2.0
// The outer door's look at a first request, on the host: where it finds a key to be judged, the
// inner door refuses the request or reads the very same key, and nothing that follows in the
// segment is another request (promise 1). Its SHA-256 is OpenSSL's.
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "agent/datapath/key_headers.hpp"
#include "agent/http/request_head.hpp"
#include "bpf/lib/request.h"
#include "bpf/lib/sha256.h"
#include "tests/fuzz/require.hpp"

namespace sallyport::test {
namespace {

const std::string kNames[] = {"authorization", "x-api-key"};
constexpr std::string_view kViews[] = {"authorization", "x-api-key"};

/// The key that the outer door judges; empty: none. `end`: of the head.
std::string_view key_of(std::string_view segment, std::size_t& end) {
  static const sp_key_headers kHeaders = encode_key_headers(kNames);
  static sp_text text;
  std::memset(&text, 0, sizeof text);
  sp_scan scan{};
  scan.length = static_cast<__u32>(std::min<std::size_t>(segment.size(), SP_TEXT_BYTES));
  std::memcpy(text.bytes, segment.data(), scan.length);
  for (unsigned step = 0; step < SP_MOST_STEPS; ++step) {
    if (sp_scan_step(&text, &kHeaders, &scan) != 0) break;
  }
  __u32 at = 0;
  const __u32 length = sp_find_key(&text, &scan, static_cast<__u32>(segment.size()), &at);
  end = scan.end;
  require(length <= SP_MOST_KEY_BYTES, "no key is longer than what is digested");
  require(length == 0 || at + length <= scan.end, "a key is in the head");
  return length == 0 ? std::string_view{} : segment.substr(at, length);
}

/// As first_request.h fills the blocks, but by bytes.
void check_digest(std::string_view key) {
  unsigned char bytes[128] = {};
  std::memcpy(bytes, key.data(), key.size());
  bytes[key.size()] = 0x80;
  const std::size_t blocks = key.size() > 55 ? 2 : 1;
  bytes[blocks * 64 - 2] = static_cast<unsigned char>(key.size() * 8 >> 8);
  bytes[blocks * 64 - 1] = static_cast<unsigned char>(key.size() * 8);
  sp_hash hash;
  sp_sha256_begin(&hash);
  for (std::size_t block = 0; block < blocks; ++block) {
    for (std::size_t i = 0; i < 16; ++i) {
      const unsigned char* word = bytes + block * 64 + i * 4;
      hash.schedule[i] =
          __u32{word[0]} << 24 | __u32{word[1]} << 16 | __u32{word[2]} << 8 | word[3];
    }
    sp_sha256_stretch(&hash);
    sp_sha256_take(&hash);
  }
  unsigned char expected[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), expected);
  for (std::size_t i = 0; i < sizeof expected; ++i) {
    require(expected[i] == static_cast<unsigned char>(hash.state[i / 4] >> (24 - i % 4 * 8)),
            "the digest is SHA-256");
  }
}

void check_with_inner_door(std::string_view segment, std::string_view key, std::size_t end) {
  static RequestHead head;
  const auto result = parse_request_head(segment, HeadLimits{}, head);
  if (result.result == ParseStatus::kBad) return;
  require(result.result == ParseStatus::kDone && result.consumed == end, "the head ends there");
  const auto presented = presented_key(head.fields, kViews);
  require(presented.value == key, "the inner door reads the same key");
  const std::size_t beyond = segment.size() - end;
  require(beyond == 0 || (head.framing == Framing::kLength && beyond <= head.content_length),
          "what follows is its body");
}

}  // namespace
}  // namespace sallyport::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport::test;
  const Prefix whole(text_of(data, size), size);
  std::size_t end = 0;
  const auto key = key_of(whole.view(), end);
  if (key.empty()) return 0;
  check_digest(key);
  check_with_inner_door(whole.view(), key, end);
  return 0;
}
