// SPDX-License-Identifier: Apache-2.0
#include "agent/base/digest.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <memory>

namespace sallyport {
namespace {

struct Free {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
  void operator()(EVP_MD* method) const noexcept { EVP_MD_free(method); }
};

/// The one-shot call looks the algorithm up and makes a context each time, which takes several
/// times as long as the hash of a key itself. OpenSSL wipes the context's block at the end.
bool hash(std::string_view bytes, KeyDigest& digest) noexcept {
  static const std::unique_ptr<EVP_MD, Free> method(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  return method && context && EVP_DigestInit_ex2(context.get(), method.get(), nullptr) == 1 &&
         EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
         EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1;
}

}  // namespace

KeyDigest digest_of(std::string_view raw_key) noexcept {
  KeyDigest digest;
  if (!hash(raw_key, digest)) {
    SHA256(reinterpret_cast<const unsigned char*>(raw_key.data()), raw_key.size(), digest.data());
  }
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
