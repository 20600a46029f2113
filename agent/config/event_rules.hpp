// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sallyport {

/// Which judged packets become events, and how many of them wait for the agent.
struct EventRules {
  std::uint32_t sample = 64;        // one in so many dropped (or observed) ones; 0: none
  std::uint32_t sample_passes = 0;  // the same of those that pass to a service
  std::uint32_t ring_bytes = 1U << 20;
};

}  // namespace sallyport
