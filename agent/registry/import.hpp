// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/registry/store.hpp"

namespace sallyport {

/// A line of a list that comes from elsewhere: a key of a user, or a user alone.
struct ImportRow {
  std::uint64_t line = 0;
  Key key;  // tenant and user alone, where there is no key
  bool has_key = true;
  bool has_id = false;  // else one is made
};

enum class ImportMode : std::uint8_t {
  kCheck,      // says what is wrong, changes nothing
  kWhole,      // all of the rows, or none
  kKeepGoing,  // those that are right
};

struct ImportProblem {
  std::uint64_t line = 0;
  Failure why;
};

/// What has become of rows, or would.
struct ImportReport {
  std::uint64_t tenants = 0;
  std::uint64_t users = 0;
  std::uint64_t keys = 0;
  std::uint64_t present = 0;  // keys that were there already, and are left as they are
  std::vector<ImportProblem> problems = {};
};

/// A part of an import that is one transaction.
struct ImportPart {
  std::span<const ImportRow> rows;
  ImportMode mode = ImportMode::kWhole;
  std::function<KeyId()> make_id;  // another one at every call
};

/// Judges rows one by one, and puts what is new into the store's open transaction. A key that is
/// there already, by its digest, is left as it is, so that the same rows twice change nothing.
class Importer {
 public:
  /// `store` and `part` must outlive it.
  Importer(Store& store, const ImportPart& part, UnixSeconds now)
      : store_(store), part_(part), now_(now) {}

  /// Fails where the store does. What is wrong with rows is in the report.
  [[nodiscard]] Result<void> run();

  [[nodiscard]] ImportReport& report() noexcept { return report_; }
  [[nodiscard]] std::vector<Change>& changes() noexcept { return changes_; }

 private:
  Result<void> take(const ImportRow& row);
  Result<void> enter_tenant(const std::string& tenant);
  Result<void> enter_user(const std::string& tenant, const std::string& user);
  Result<void> enter_key(const ImportRow& row);
  /// An id that nobody has.
  Result<KeyId> free_id();
  void refuse(const ImportRow& row, Failure why);

  Store& store_;
  const ImportPart& part_;
  const UnixSeconds now_;
  std::unordered_map<std::string, Failure> owners_;  // met so far; an empty message: it is good
  ImportReport report_;
  std::vector<Change> changes_;
};

}  // namespace sallyport
