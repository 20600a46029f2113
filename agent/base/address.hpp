// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "bpf/abi/address.h"

namespace sallyport {

/// An IP address in network byte order, IPv4 v4-mapped: the C++ face of `sp_address`.
struct Address {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Address&) const = default;

  [[nodiscard]] bool is_v4() const noexcept;

  /// What a source is judged by: the address itself for IPv4, its /64 for IPv6.
  [[nodiscard]] Address as_source() const noexcept;

  /// "192.0.2.7" or RFC 5952 text.
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] sp_address to_abi() const noexcept;
  [[nodiscard]] static Address from_abi(const sp_address& address) noexcept;

  /// `network_order` as in `in_addr.s_addr`.
  [[nodiscard]] static Address from_v4(std::uint32_t network_order) noexcept;

  /// Accepts dotted IPv4 and IPv6 text without a zone; nullopt for anything else.
  [[nodiscard]] static std::optional<Address> parse(std::string_view text);
};

/// For unordered containers.
struct AddressHash {
  [[nodiscard]] std::size_t operator()(const Address& address) const noexcept;
};

/// A prefix; `length` counts bits of the 128-bit v4-mapped form (an IPv4 /24 is 120).
struct Cidr {
  Address base;
  std::uint8_t length = 128;

  bool operator==(const Cidr&) const = default;

  [[nodiscard]] bool contains(const Address& address) const noexcept;
  /// The prefix of `length` that contains the address.
  [[nodiscard]] static Cidr containing(const Address& address, std::uint8_t length) noexcept;
  [[nodiscard]] std::string to_string() const;

  /// "192.0.2.0/24", "2001:db8::/32" or a bare address. Host bits must be zero.
  [[nodiscard]] static std::optional<Cidr> parse(std::string_view text);
};

}  // namespace sallyport
