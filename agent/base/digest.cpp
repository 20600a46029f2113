// SPDX-License-Identifier: Apache-2.0
#include "agent/base/digest.hpp"

#include <openssl/sha.h>

namespace sallyport {

KeyDigest digest_of(std::string_view raw_key) noexcept {
  KeyDigest digest;
  SHA256(reinterpret_cast<const unsigned char*>(raw_key.data()), raw_key.size(), digest.data());
  return digest;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace sallyport
