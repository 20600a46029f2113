// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "tools/trafficgen/options.hpp"

namespace sallyport::trafficgen {

/// The frame that is sent, with the fields that vary left zero, and what is needed to fill them
/// in. Offsets are from its start; sums are of native 16-bit words, not yet folded.
struct Frame {
  std::vector<std::uint8_t> bytes;
  std::uint32_t source_at = 0;  // the 32 bits of the source address that vary
  std::uint32_t first_source = 0;
  std::uint32_t port_at = 0;
  std::uint32_t tcp_check_at = 0;
  std::uint32_t ip_check_at = 0;  // 0: IPv6
  std::uint32_t tcp_sum = 0;
  std::uint32_t ip_sum = 0;
};

[[nodiscard]] Frame make_frame(const Options& options, const MacAddress& from,
                               const MacAddress& to);

}  // namespace sallyport::trafficgen
