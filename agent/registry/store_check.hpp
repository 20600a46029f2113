// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/registry/store.hpp"

namespace sallyport {

/// What is in a store's file, and what is wrong with it.
struct StoreCondition {
  Revision revision = 0;
  std::uint64_t keys = 0;
  AuditHead head;                   // of the last record of the audit log
  std::vector<std::string> faults;  // none: it is sound
};

/// Looks through a store that nobody has open, and changes nothing in it: the file's structure,
/// references between rows, revisions without a gap, rows that belong to nothing, the audit chain.
/// kConflict: somebody has it open; kIncompatible: it is no store, or of another schema.
[[nodiscard]] Result<StoreCondition> check_store(const std::string& file);

/// Puts the copy `from` where the store is, and keeps what was there beside it. The copy is looked
/// through first. kConflict: an agent has the store open.
struct Restored {
  StoreCondition condition;
  std::string kept;  // where the former store is now; empty: there was none
};
[[nodiscard]] Result<Restored> restore_store(const std::string& from, const std::string& store);

}  // namespace sallyport
