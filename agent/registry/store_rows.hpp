// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/digest.hpp"
#include "agent/registry/model.hpp"

namespace sallyport {

enum class ChangeKind : std::uint8_t { kTenant, kUser, kKey, kBan, kMode, kCidr };

/// One line of the change log: what a transaction did to one thing. A transaction that takes a
/// user's keys along has a line for the user and one for each of the keys.
struct ChangeRecord {
  Revision revision = 0;
  std::uint32_t sequence = 0;  // within the revision, from 0
  UnixSeconds at = 0;
  std::string actor;
  ChangeKind kind = ChangeKind::kTenant;
  std::string subject;  // "acme", "acme/alice", "Xy12AbCd", "192.0.2.7", "192.0.2.0/24", "api"
  std::string verb;     // "create", "remove", "revoke", "add", "allow", "deny", "load", "set"
  std::string reason;
};

/// A place in the change log: behind that line. The default is before the first.
struct ChangePlace {
  Revision revision = 0;
  std::int64_t sequence = -1;
};

/// SHA-256 over a record and all before it.
using AuditHash = KeyDigest;

/// One record of the audit log: an administrative act, done or refused.
struct AuditRecord {
  std::uint64_t sequence = 0;  // from 1, without gaps
  UnixSeconds at = 0;
  std::string actor;  // "uid 0"
  std::string verb;
  ChangeKind kind = ChangeKind::kTenant;
  std::string subject;
  std::string detail;     // "to acme/bob", "and 12 more"
  std::string reason;     // as the operator gave it
  std::string refusal;    // why it was not done; empty: it was
  Revision revision = 0;  // the store's after it
  AuditHash changes{};    // over the lines of the change log since the record before
  AuditHash hash{};       // over the record before and all of the above
};

struct AuditHead {
  std::uint64_t sequence = 0;  // 0: no record yet
  AuditHash hash{};
};

/// When and from where a key was used last; not a change, so it has no revision.
struct KeyUseRecord {
  KeyId id{};
  UnixSeconds at = 0;
  std::uint64_t source = 0;  // 0: not known; else as the host that saw it writes it
};

struct KeyFilter {
  std::string tenant = {};  // empty: any
  std::string user = {};    // empty: any
  std::optional<Standing> state = {};
  std::string prefix = {};      // of the id
  UnixSeconds ends_before = 0;  // it has an end, before this; 0: any

  [[nodiscard]] bool matches(const Key& key) const;
};

/// Where a page goes on: by id, or, of keys that end before some time, by end and then id.
struct KeyCursor {
  UnixSeconds expires_at = 0;
  std::string id;
};

struct KeyPage {
  std::vector<Key> keys;
  std::optional<KeyCursor> next = {};  // nullopt: it was the last
};

}  // namespace sallyport
