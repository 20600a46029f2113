// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "agent/base/result.hpp"
#include "agent/registry/store.hpp"

namespace sallyport {

// What the registry's changes have in common: who asks, and what is not there.

struct Act {
  std::string_view verb;
  ChangeKind kind;
  std::string subject;  // as the caller names it: may be anything
  std::string_view reason = {};
  std::string detail = {};
};

/// As the audit log will have it where it is refused; nothing in it is longer than is proper, or
/// looks like a whole key.
[[nodiscard]] AuditRecord request(const Actor& actor, const Act& act, UnixSeconds now);

/// At most 256 bytes of plain text; what looks like a whole key is left out.
[[nodiscard]] std::string safe_text(std::string_view text);

// The names come from the caller and are shown as `printable`.
[[nodiscard]] Failure no_tenant(std::string_view name);
[[nodiscard]] Failure no_user(std::string_view tenant, std::string_view name);
[[nodiscard]] Failure no_key(std::string_view id);

[[nodiscard]] Result<Key> known_key(const StoreReader& store, std::string_view id);  // kNotFound
/// kNotFound, or kConflict where it or its tenant is not active.
[[nodiscard]] Result<User> active_user(const StoreReader& store, std::string_view tenant,
                                       std::string_view name);
/// kExists: its id or digest is taken.
[[nodiscard]] Result<void> insert_key(Store& store, const Key& key);

}  // namespace sallyport
