// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/base/address.hpp"

namespace sallyport {

/// As many as a list may have: the kernel frees a larger table in one long stall.
inline constexpr std::size_t kMostCidrs = 131072;

enum class CidrAction : std::uint8_t { kAllow, kDeny };

struct CidrRule {
  Cidr prefix;
  CidrAction action = CidrAction::kDeny;

  bool operator==(const CidrRule&) const = default;
};

/// Which of many prefixes decides about an address: the longest that contains it. A prefix of
/// IPv6 says nothing of IPv4 addresses, though ::/0 contains their mapped form. Immutable.
class CidrSet {
 public:
  /// Addresses from `first` up to the next run's are decided alike.
  struct Run {
    Address first;
    std::optional<CidrAction> action;
  };

  CidrSet() = default;
  /// Of a prefix that is there twice the last rule counts.
  explicit CidrSet(std::span<const CidrRule> rules);

  [[nodiscard]] std::optional<CidrAction> of(const Address& address) const noexcept;

  /// Those of IPv4, ascending, in mapped form; no two neighbours are alike.
  [[nodiscard]] std::span<const Run> v4_runs() const noexcept { return v4_; }

 private:
  std::vector<Run> v4_;
  std::vector<Run> v6_;
};

/// Whether the prefix is one of IPv4.
[[nodiscard]] bool is_v4(const Cidr& prefix) noexcept;

/// The last address that the prefix contains.
[[nodiscard]] Address last_of(const Cidr& prefix) noexcept;

/// The address after it; nullopt after the very last one.
[[nodiscard]] std::optional<Address> next_after(Address address) noexcept;

}  // namespace sallyport
