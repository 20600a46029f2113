// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "agent/base/address.hpp"
#include "agent/base/cidr_set.hpp"
#include "agent/base/clock.hpp"
#include "agent/registry/key.hpp"
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

/// The state of a thing after a change. A user's removal is one User and its Keys; a suspension is
/// the User alone, whose state stands above that of its keys.
using Change = std::variant<Tenant, User, Key, Ban, BanRemoved, CidrsChanged, ServiceMode>;

/// One transaction, durable when it is returned.
struct Commit {
  Revision revision = 0;
  std::vector<Change> changes;
};

/// A user by name.
struct UserName {
  std::string tenant;
  std::string user;
};

/// Who asked for a change: "uid 0" and the like, for the change log.
struct Actor {
  std::string who;
};

}  // namespace sallyport
