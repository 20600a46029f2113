// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/bench/packet/options.hpp"

namespace sallyport::bench {

/// What the packets of a case are like beside their addresses.
struct Form {
  const char* flags;  // as sp-trafficgen calls them
  std::uint8_t tcp_flags;
  std::uint32_t sequence;
  std::string payload;
  bool is_opened;  // each flow's SYN, with the sequence number before, must have come first
};

extern const Form kAcks;
extern const Form kSyns;
/// The first segment of a connection, a request that presents `kDeniedKey` in X-API-Key.
extern const Form kRequests;

constexpr const char* kDeniedKey = "spk_live_7hGk2mQx9TzB_4vYp8sWn3rKd6jLf1cXe5aUo_0Zr7tQ";

/// The SYN that opens a flow of this form.
[[nodiscard]] Form opening_of(const Form& form);

/// The first packet of the traffic. Its checksums are missing, and nobody looks at them.
[[nodiscard]] std::vector<std::uint8_t> first_packet(const Traffic& traffic, const Form& form);

/// What sp-trafficgen is to be told, as a list in JSON. The payload is in `payload_file`.
[[nodiscard]] std::string words_of(const Form& form, const std::string& payload_file);

}  // namespace sallyport::bench
