// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "agent/base/address.hpp"
#include "agent/base/cidr_set.hpp"
#include "agent/base/clock.hpp"
#include "agent/base/digest.hpp"
#include "agent/base/key_id.hpp"
#include "bpf/abi/service.h"

namespace sallyport {

/// Grows by one with every committed transaction; the first is 1.
using Revision = std::uint64_t;

enum class Lifecycle : std::uint8_t { kActive, kSuspended, kRemoved };

/// Names of tenants and users: 1 to 64 of [A-Za-z0-9._@-], not starting with '-' or '.'.
struct Tenant {
  std::string name;
  Lifecycle state = Lifecycle::kActive;
  UnixSeconds created_at = 0;
};

/// Identified by tenant and name. A removed user's name may be given again; its keys stay dead.
struct User {
  std::string tenant;
  std::string name;
  Lifecycle state = Lifecycle::kActive;
  UnixSeconds created_at = 0;
};

/// 0 requests a second: no limit.
struct RequestLimit {
  std::uint32_t per_second = 0;
  std::uint32_t burst = 0;
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

/// A key without its secret. A revoked key is never active again: it is its own tombstone.
struct Key {
  KeyId id{};
  KeyDigest digest{};
  std::string tenant;
  std::string user;
  std::string env;
  Standing state = Standing::kActive;
  std::string reason;  // of the revocation; empty while active
  UnixSeconds created_at = 0;
  UnixSeconds not_before = 0;  // 0: since ever
  UnixSeconds expires_at = 0;  // 0: never
  RequestLimit limit;
  TrafficLimit traffic;
  std::string note;
};

/// An operator's verdict on a source.
struct Ban {
  Address source;  // as_source() form
  std::string reason;
  UnixSeconds created_at = 0;
  UnixSeconds expires_at = 0;  // 0: until removed
};

struct BanRemoved {
  Address source;
};

/// An operator's word on a prefix; the longest that contains an address decides about it.
struct CidrEntry {
  CidrRule rule;
  std::string note;
  UnixSeconds created_at = 0;
};

/// The whole list, since one prefix changes what the others mean.
struct CidrsChanged {
  std::vector<CidrRule> rules;
  std::string subject;  // the prefix that changed, or how many were loaded
};

/// Overrides the mode that the configuration gives a service.
struct ServiceMode {
  std::string service;
  sp_mode mode = SP_MODE_ENFORCE;
};

/// The state of a thing after a change. A user's removal is one User and its Keys.
using Change = std::variant<Tenant, User, Key, Ban, BanRemoved, CidrsChanged, ServiceMode>;

/// One transaction, durable when it is returned.
struct Commit {
  Revision revision = 0;
  std::vector<Change> changes;
};

/// Who asked for a change: "uid 0" and the like, for the change log.
struct Actor {
  std::string who;
};

}  // namespace sallyport
