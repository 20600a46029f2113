// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "agent/association/check_code.hpp"
#include "agent/base/address.hpp"
#include "agent/base/clock.hpp"

namespace sallyport {

/// A fact that the terminator reports about a source. Small and trivially copyable: it goes
/// through a bounded queue per worker.
struct Observation {
  Address source;  // proven by the socket; not yet reduced to the /64
  BootNs at = 0;
  std::uint64_t key_prefix = 0;  // first 8 bytes of the presented key's digest; tells keys apart
  CheckCode code = CheckCode::kAllowed;  // kAllowed: a valid key was seen
};

}  // namespace sallyport
