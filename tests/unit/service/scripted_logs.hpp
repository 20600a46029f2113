// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include "agent/registry/store_rows.hpp"
#include "agent/service/backup.hpp"
#include "agent/service/explanation.hpp"

namespace sallyport::test {

/// A megabyte of the letter b.
inline Backup some_backup() {
  Backup backup{UniqueFd(memfd_create("backup", MFD_CLOEXEC)), 7, {.sequence = 3, .hash = {}}};
  const std::string text(1 << 20, 'b');
  if (write(backup.file.get(), text.data(), text.size()) < 0) backup.file = UniqueFd();
  lseek(backup.file.get(), 0, SEEK_SET);
  return backup;
}

inline ChangeRecord some_change(Revision revision) {
  return {.revision = revision,
          .sequence = 0,
          .at = 1'800'000'000,
          .actor = "uid 0",
          .kind = ChangeKind::kKey,
          .subject = "Xy12AbCd",
          .verb = "revoke",
          .reason = "leaked"};
}

/// The first was done, the others were refused.
inline AuditRecord some_act(std::uint64_t sequence) {
  AuditRecord record;
  record.sequence = sequence;
  record.at = 1'800'000'000;
  record.actor = "uid 0";
  record.verb = "revoke";
  record.kind = ChangeKind::kKey;
  record.subject = "Xy12AbCd";
  record.revision = 7;
  if (sequence > 1) record.refusal = "no such key";
  return record;
}

inline Explanation some_explanation() {
  return {.subject = "192.0.2.7",
          .kind = "address",
          .outer = {.passes = false,
                    .code = "DROP_SOURCE_BANNED",
                    .text = "source banned by an operator"},
          .inner = {.passes = false, .code = "banned", .text = "closed at accept"},
          .facts = {{"ban", "by an operator"}}};
}

}  // namespace sallyport::test
