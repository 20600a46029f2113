// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "agent/base/address.hpp"
#include "agent/base/clock.hpp"

namespace sallyport {

/// When refused keys condemn a source, and for how long.
struct OffenderRules {
  std::uint32_t refusals = 10;  // of distinct or revoked keys within the window
  BootNs window_ns = 10 * kSecondNs;
  BootNs ban_ns = 60 * kSecondNs;  // the first ban; doubles with each repetition
  BootNs max_ban_ns = 3600 * kSecondNs;
  BootNs guard_ns = 600 * kSecondNs;  // a valid key seen this recently prevents a ban
  // After a start nobody is banned for this long: whose valid keys share an address has to be
  // heard of again first, since the guard's memory went with the last process.
  BootNs settle_ns = 30 * kSecondNs;
  std::vector<Cidr> exempt;         // never banned
  std::size_t max_sources = 65536;  // remembered; the one silent longest is forgotten first
};

}  // namespace sallyport
