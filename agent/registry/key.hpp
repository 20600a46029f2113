// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "agent/base/clock.hpp"
#include "agent/base/digest.hpp"
#include "agent/base/key_id.hpp"

namespace sallyport {

/// 0 requests a second: no limit.
struct RequestLimit {
  std::uint32_t per_second = 0;
  std::uint32_t burst = 0;

  bool operator==(const RequestLimit&) const = default;
};

/// Of a key's connections: packets and bytes of TCP payload that it sends, bytes that it is sent. 0
/// a second: no limit.
struct TrafficLimit {
  std::uint32_t packets_per_second = 0;
  std::uint32_t packet_burst = 0;
  std::uint64_t bytes_per_second = 0;  // at most 2^40, as its burst
  std::uint64_t byte_burst = 0;
  std::uint64_t egress_per_second = 0;  // at most 2^40

  bool operator==(const TrafficLimit&) const = default;
};

/// A key without its secret. A revoked key is never active again: it is its own tombstone. A
/// suspended one is, when it is resumed; an expired one, when it is given a later end.
struct Key {
  KeyId id{};
  KeyDigest digest{};
  std::string tenant;
  std::string user;
  std::string env;
  Standing state = Standing::kActive;
  std::string reason;  // of the revocation or suspension; empty while active
  UnixSeconds created_at = 0;
  UnixSeconds not_before = 0;  // 0: since ever
  UnixSeconds expires_at = 0;  // 0: never
  RequestLimit limit;
  TrafficLimit traffic;
  std::string note;
  std::string predecessor;  // ids of the keys that a rotation made it follow, and be followed by
  std::string successor;
};

}  // namespace sallyport
