// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/key_headers.hpp"

#include <cstring>

namespace sallyport {
namespace {

void set_byte(__u64* words, std::size_t at, unsigned char byte) noexcept {
  std::memcpy(reinterpret_cast<unsigned char*>(words) + at, &byte, 1);
}

bool is_letter(char c) noexcept {
  return c >= 'a' && c <= 'z';
}

sp_key_header encode(const std::string& name) noexcept {
  sp_key_header header{};
  const std::string line = name + ":";
  for (std::size_t i = 0; i < line.size(); ++i) {
    set_byte(header.name, i, static_cast<unsigned char>(line[i]));
    set_byte(header.care, i, 0xff);
    if (is_letter(line[i])) set_byte(header.fold, i, 0x20);
  }
  header.length = static_cast<__u32>(line.size());
  header.is_bearer = name == "authorization" ? 1 : 0;
  return header;
}

}  // namespace

sp_key_headers encode_key_headers(std::span<const std::string> names) noexcept {
  sp_key_headers headers{};
  if (names.size() > SP_KEY_HEADERS) return {};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty() || names[i].size() + 1 > sizeof headers.headers[i].name) return {};
    headers.headers[i] = encode(names[i]);
  }
  return headers;
}

}  // namespace sallyport
