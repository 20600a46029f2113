// SPDX-License-Identifier: Apache-2.0
#include "agent/base/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace sallyport {
namespace {

constexpr std::array<std::uint8_t, 12> kV4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::uint8_t kV4PrefixBits = 96;

/// Keeps the first `bits` bits.
Address masked(Address address, unsigned bits) noexcept {
  for (unsigned i = 0; i < address.bytes.size(); ++i) {
    const unsigned kept = bits > i * 8 ? std::min(bits - i * 8, 8U) : 0U;
    address.bytes[i] &= static_cast<std::uint8_t>(0xff00U >> kept);
  }
  return address;
}

}  // namespace

bool Address::is_v4() const noexcept {
  return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes.begin());
}

Address Address::as_source() const noexcept {
  return is_v4() ? *this : masked(*this, 64);
}

std::string Address::to_string() const {
  char text[INET6_ADDRSTRLEN];
  if (is_v4()) {
    inet_ntop(AF_INET, bytes.data() + kV4Prefix.size(), text, sizeof text);
  } else {
    inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  }
  return text;
}

sp_address Address::to_abi() const noexcept {
  sp_address out;
  std::memcpy(out.bytes, bytes.data(), sizeof out.bytes);
  return out;
}

Address Address::from_abi(const sp_address& address) noexcept {
  Address out;
  std::memcpy(out.bytes.data(), address.bytes, sizeof address.bytes);
  return out;
}

Address Address::from_v4(std::uint32_t network_order) noexcept {
  Address out;
  std::copy(kV4Prefix.begin(), kV4Prefix.end(), out.bytes.begin());
  std::memcpy(out.bytes.data() + kV4Prefix.size(), &network_order, sizeof network_order);
  return out;
}

std::optional<Address> Address::parse(std::string_view text) {
  char terminated[INET6_ADDRSTRLEN] = {};
  if (text.size() >= sizeof terminated) return std::nullopt;
  std::copy(text.begin(), text.end(), terminated);
  if (std::memchr(terminated, 0, text.size()) != nullptr) return std::nullopt;

  in_addr v4;
  if (inet_pton(AF_INET, terminated, &v4) == 1) return from_v4(v4.s_addr);
  Address v6;
  if (inet_pton(AF_INET6, terminated, v6.bytes.data()) == 1) return v6;
  return std::nullopt;
}

std::size_t AddressHash::operator()(const Address& address) const noexcept {
  std::uint64_t high;
  std::uint64_t low;
  std::memcpy(&high, address.bytes.data(), sizeof high);
  std::memcpy(&low, address.bytes.data() + sizeof high, sizeof low);
  std::uint64_t mixed = (high ^ (low * 0x9e3779b97f4a7c15ULL)) * 0xbf58476d1ce4e5b9ULL;
  return static_cast<std::size_t>(mixed ^ (mixed >> 29));
}

bool Cidr::contains(const Address& address) const noexcept {
  return masked(address, length) == base;
}

Cidr Cidr::containing(const Address& address, std::uint8_t length) noexcept {
  return {masked(address, length), length};
}

std::string Cidr::to_string() const {
  const unsigned shown = base.is_v4() && length >= kV4PrefixBits ? length - kV4PrefixBits : length;
  return base.to_string() + "/" + std::to_string(shown);
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = Address::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  if (slash == std::string_view::npos) return Cidr{*base, 128};

  const auto digits = text.substr(slash + 1);
  const bool is_v4 = text.find(':') == std::string_view::npos;
  const unsigned most = is_v4 ? 32 : 128;
  unsigned length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (error != std::errc{} || end != digits.data() + digits.size() || length > most) {
    return std::nullopt;
  }
  Cidr out{*base, static_cast<std::uint8_t>(is_v4 ? length + kV4PrefixBits : length)};
  if (masked(out.base, out.length) != out.base) return std::nullopt;
  return out;
}

}  // namespace sallyport
