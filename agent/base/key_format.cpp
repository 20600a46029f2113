// SPDX-License-Identifier: Apache-2.0
#include "agent/base/key_format.hpp"

#include <openssl/crypto.h>
#include <sys/random.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

namespace sallyport {
namespace {

constexpr std::string_view kPrefix = "spk_";
constexpr std::size_t kSecretLength = 27;
constexpr std::size_t kChecksumLength = 6;
constexpr std::size_t kMaxEnvironment = 8;
constexpr std::string_view kAlphabet =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr unsigned kBase = 62;

bool is_base62(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::array<char, kChecksumLength> checksum_of(std::string_view body) noexcept {
  auto crc = static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size())));
  std::array<char, kChecksumLength> text;
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit) {
    *digit = kAlphabet[crc % kBase];
    crc /= kBase;
  }
  return text;
}

/// Fills with random characters of the alphabet, each equally likely: bytes from 248 (the
/// largest multiple of 62 in a byte) on are thrown away.
void draw(char* out, std::size_t length) {
  constexpr unsigned kFair = 256 / kBase * kBase;
  std::array<std::uint8_t, 64> bytes;
  std::size_t drawn = 0;
  while (drawn < length) {
    // Fails only before the generator is seeded, and then blocks instead.
    if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
      std::abort();
    for (std::size_t i = 0; i < bytes.size() && drawn < length; ++i) {
      if (bytes[i] < kFair) out[drawn++] = kAlphabet[bytes[i] % kBase];
    }
  }
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

/// Takes one underscore-ended field off the front of `rest`; empty when there is none.
std::string_view take_field(std::string_view& rest) noexcept {
  const auto end = rest.find('_');
  if (end == std::string_view::npos) return {};
  const auto field = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return field;
}

bool is_base62_of(std::string_view text, std::size_t length) noexcept {
  return text.size() == length && std::all_of(text.begin(), text.end(), is_base62);
}

}  // namespace

bool is_environment(std::string_view env) noexcept {
  return !env.empty() && env.size() <= kMaxEnvironment &&
         std::all_of(env.begin(), env.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

Result<NewKey> make_key(std::string_view env) {
  if (!is_environment(env)) {
    return failure(Errc::kInvalid, "not an environment: it is 1 to 8 of a-z and 0-9");
  }
  NewKey key;
  key.id = make_key_id();
  std::array<char, kSecretLength> secret;
  draw(secret.data(), secret.size());

  key.raw.reserve(64);  // never grows, so that no copy of the secret is left behind
  key.raw.append(kPrefix).append(env).append("_").append(to_view(key.id)).append("_");
  key.raw.append(secret.data(), secret.size());
  const auto checksum = checksum_of(key.raw);
  key.raw.append("_").append(checksum.data(), checksum.size());
  OPENSSL_cleanse(secret.data(), secret.size());
  return key;
}

KeyId make_key_id() {
  KeyId id;
  draw(id.data(), id.size());
  return id;
}

KeyForm form_of(std::string_view raw_key) noexcept {
  if (raw_key.empty() || raw_key.size() > kMaxRawKey) return KeyForm::kMalformed;
  if (raw_key.substr(0, kPrefix.size()) != kPrefix) return KeyForm::kForeign;

  std::string_view rest = raw_key.substr(kPrefix.size());
  const auto env = take_field(rest);
  const auto id = take_field(rest);
  const auto secret = take_field(rest);
  if (!is_environment(env) || !is_base62_of(id, kKeyIdLength) ||
      !is_base62_of(secret, kSecretLength) || !is_base62_of(rest, kChecksumLength)) {
    return KeyForm::kMalformed;
  }
  const auto checksum = checksum_of(raw_key.substr(0, raw_key.size() - kChecksumLength - 1));
  return std::equal(rest.begin(), rest.end(), checksum.begin()) ? KeyForm::kOurs
                                                                : KeyForm::kMalformed;
}

void wipe(std::string& secret) noexcept {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

}  // namespace sallyport
