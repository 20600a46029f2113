// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "agent/base/result.hpp"
#include "agent/registry/model.hpp"

namespace sallyport {

/// What a new key is to be. Its digest and id are made (or imported) by the caller.
struct KeySpec {
  KeyId id{};
  KeyDigest digest{};
  std::string tenant;
  std::string user;
  std::string env;
  UnixSeconds not_before = 0;
  UnixSeconds expires_at = 0;
  RequestLimit limit;
  TrafficLimit traffic;
  std::string note;
};

/// What is to be different about a key; what is not set stays. A rate of 0 takes its burst along.
struct KeyPatch {
  std::optional<UnixSeconds> expires_at = {};
  std::optional<std::uint32_t> per_second = {};
  std::optional<std::uint32_t> burst = {};
  std::optional<std::uint32_t> packets_per_second = {};
  std::optional<std::uint32_t> packet_burst = {};
  std::optional<std::uint64_t> bytes_per_second = {};
  std::optional<std::uint64_t> byte_burst = {};
  std::optional<std::uint64_t> egress_per_second = {};
  std::optional<std::string> note = {};

  void apply_to(Key& key) const;
};

/// How a key is replaced by another of the same owner, environment, limits and note.
struct KeyRotation {
  KeyId id{};  // of the successor, made by the caller, as its digest
  KeyDigest digest{};
  UnixSeconds expires_at = 0;    // of the successor
  UnixSeconds overlap_ends = 0;  // when the old key ends at the latest
};

/// What can't be of a key, whoever asks for it.
[[nodiscard]] Result<void> check_key(const Key& key);

}  // namespace sallyport
