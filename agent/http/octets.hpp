// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace sallyport {

/// Sets of octets as tables: one load answers "may this stand here".
using OctetSet = std::array<bool, 256>;

constexpr OctetSet exactly(std::string_view octets) {
  OctetSet set{};
  for (const char c : octets) set[static_cast<unsigned char>(c)] = true;
  return set;
}

constexpr OctetSet letters_digits_and(std::string_view octets) {
  OctetSet set = exactly(octets);
  for (char c = '0'; c <= '9'; ++c) set[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) set[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) set[static_cast<unsigned char>(c)] = true;
  return set;
}

/// RFC 9110 section 5.6.2: methods, field names, connection options.
inline constexpr OctetSet kTokenOctets = letters_digits_and("!#$%&'*+-.^_`|~");

[[nodiscard]] constexpr bool in_set(const OctetSet& set, char c) noexcept {
  return set[static_cast<unsigned char>(c)];
}

[[nodiscard]] constexpr char lower_octet(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// Octets that may not stand in a field value; HTAB may.
[[nodiscard]] constexpr bool is_control(char c) noexcept {
  const auto octet = static_cast<unsigned char>(c);
  return (octet < 0x20 && octet != '\t') || octet == 0x7f;
}

/// The first control octet (CR included) in [at, end), or `end`. Eight octets a step: values are
/// most of a head, so this is where the time of a parse goes.
[[nodiscard]] inline const char* find_control(const char* at, const char* end) noexcept {
  constexpr std::uint64_t kOnes = ~std::uint64_t{0} / 255;
  if constexpr (std::endian::native == std::endian::little) {
    while (end - at >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, at, sizeof(word));
      // Borrows can mark octets above a true hit falsely, never the lowest one.
      const std::uint64_t low = (word - kOnes * 0x20) & ~word;
      const std::uint64_t del = word ^ (kOnes * 0x7f);
      const std::uint64_t hits = (low | ((del - kOnes) & ~del)) & (kOnes * 0x80);
      if (hits == 0) {
        at += 8;
        continue;
      }
      at += std::countr_zero(hits) / 8;
      if (*at != '\t') return at;
      ++at;
    }
  }
  while (at != end && !is_control(*at)) ++at;
  return at;
}

/// `text` without spaces and tabs at both ends.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Takes the next non-empty item off the comma-separated `list`; empty at the end.
[[nodiscard]] constexpr std::string_view next_item(std::string_view& list) noexcept {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view item = trim(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    if (!item.empty()) return item;
  }
  return {};
}

[[nodiscard]] constexpr bool is_token(std::string_view text) noexcept {
  for (const char c : text) {
    if (!in_set(kTokenOctets, c)) return false;
  }
  return !text.empty();
}

}  // namespace sallyport
