// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/registry/store.hpp"

namespace sallyport {

// The audit log's hashes: every record has one over itself and the one before, and one over the
// lines of the change log that came with it, so that no record and no line can be changed, left
// out or moved without a trace. Whoever can write the file can also write a whole new chain: that
// is found only by somebody who has kept a head of the old one.

/// `before`, and `line` after it.
[[nodiscard]] AuditHash fold(const AuditHash& before, const ChangeRecord& line);

/// What `record.hash` is to be.
[[nodiscard]] AuditHash chain(const AuditHash& before, const AuditRecord& record);

/// The record that follows the last one in the store, for what the open transaction has done.
[[nodiscard]] Result<AuditRecord> next_record(const StoreReader& store, AuditRecord act);

/// "12:9f86d081…", whole.
[[nodiscard]] std::string head_text(const AuditHead& head);
/// kInvalid: it is none.
[[nodiscard]] Result<AuditHead> parse_head(std::string_view text);

/// What a verification has come to.
struct AuditVerdict {
  std::uint64_t records = 0;  // that were found good
  AuditHead head;             // of the last good one
  std::string fault;          // empty: all of it is as it was written
};

/// Goes through both logs, a bounded part at a time, while others may append to them.
class AuditVerifier {
 public:
  /// `expected`: heads that are known from elsewhere, which the log must hold; of sequence 0: none.
  AuditVerifier(const StoreReader& store, AuditHead expected, AuditHead remembered)
      : store_(store), expected_(expected), remembered_(remembered) {}

  /// False: it is over, and `verdict` says what has come of it.
  [[nodiscard]] Result<bool> step();
  [[nodiscard]] const AuditVerdict& verdict() const noexcept { return verdict_; }

 private:
  Result<bool> finish();
  Result<bool> fold_lines(const AuditRecord& record);
  bool check(const AuditRecord& record);
  bool fail(std::string fault);

  const StoreReader& store_;
  const AuditHead expected_;
  const AuditHead remembered_;
  AuditVerdict verdict_;
  ChangePlace place_;  // of the last line that was folded in
  Revision revision_ = 0;
  AuditHash lines_{};
};

}  // namespace sallyport
