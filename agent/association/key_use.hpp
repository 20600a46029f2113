// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <optional>

#include "agent/association/key_entry.hpp"
#include "agent/base/address.hpp"

namespace sallyport {

/// When and from where a key was used last, to the second, and how steadily of late.
struct KeyUse {
  static constexpr unsigned kRecentMinutes = 30;

  UnixSeconds at = 0;                  // 0: never, as far as is known
  std::optional<Address> source = {};  // as_source() form; of its last connection of its own
  unsigned recent_minutes = 0;         // of the last kRecentMinutes, in how many it was used
};

/// Notes a use. Workers call it for each request: it writes only when the second is another.
inline void note_use(KeyEntry& key, UnixSeconds now) noexcept {
  const auto second = static_cast<std::uint32_t>(now);
  std::uint32_t last = key.last_used.load(std::memory_order_relaxed);
  if (last >= second) return;
  // Whoever wins the second moves the minutes on; one that is late loses a bit at worst.
  if (!key.last_used.compare_exchange_strong(last, second, std::memory_order_relaxed)) return;
  const std::uint32_t minutes = second / 60 - last / 60;
  if (minutes == 0) return;
  const std::uint32_t before = key.recent.load(std::memory_order_relaxed);
  key.recent.store((minutes < 32 ? before << minutes : 0) | 1, std::memory_order_relaxed);
}

/// An address as one word: an IPv6 network's first half, or an IPv4 address after 0000:ffff, where
/// no network of IPv6 lies.
[[nodiscard]] inline std::uint64_t source_word(const Address& address) noexcept {
  const auto source = address.as_source();
  const std::size_t begin = source.is_v4() ? 8 : 0;
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 8; ++i) word = word << 8 | source.bytes[begin + i];
  return word;
}

[[nodiscard]] inline std::optional<Address> source_of(std::uint64_t word) noexcept {
  if (word == 0) return std::nullopt;
  constexpr std::uint64_t kV4 = 0xffff;
  const bool is_v4 = word >> 32 == kV4;
  Address address;
  for (std::size_t i = 0; i < 8; ++i) {
    address.bytes[(is_v4 ? 8 : 0) + i] = static_cast<std::uint8_t>(word >> (56 - 8 * i));
  }
  return address;
}

inline void note_source(KeyEntry& key, const Address& source) noexcept {
  const std::uint64_t word = source_word(source);
  if (key.last_source.load(std::memory_order_relaxed) != word) {
    key.last_source.store(word, std::memory_order_relaxed);
  }
}

[[nodiscard]] inline KeyUse use_of(const KeyEntry& key, UnixSeconds now) noexcept {
  const std::uint32_t last = key.last_used.load(std::memory_order_relaxed);
  KeyUse use{.at = last, .source = source_of(key.last_source.load()), .recent_minutes = 0};
  const auto age = static_cast<std::uint64_t>(now / 60) - last / 60;
  if (last == 0 || age >= KeyUse::kRecentMinutes) return use;
  constexpr std::uint64_t kWindow = (std::uint64_t{1} << KeyUse::kRecentMinutes) - 1;
  const auto shifted = static_cast<std::uint64_t>(key.recent.load()) << age;
  use.recent_minutes = static_cast<unsigned>(std::popcount(shifted & kWindow));
  return use;
}

}  // namespace sallyport
