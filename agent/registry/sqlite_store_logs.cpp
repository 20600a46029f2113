// SPDX-License-Identifier: Apache-2.0
// The change log and the audit log.
#include <limits>

#include "agent/registry/sqlite_store.hpp"

namespace sallyport {
namespace {

#define SP_LINES "SELECT revision, sequence, at, actor, kind, subject, verb, reason FROM changes "
#define SP_AUDIT                                                                                 \
  "SELECT sequence, at, actor, verb, kind, subject, detail, reason, refusal, revision, changes," \
  " hash FROM audit "

ChangeRecord read_line(SqliteQuery& row) {
  ChangeRecord change;
  change.revision = static_cast<Revision>(row.integer());
  change.sequence = static_cast<std::uint32_t>(row.integer());
  change.at = row.integer();
  change.actor = row.text();
  change.kind = static_cast<ChangeKind>(row.integer());
  change.subject = row.text();
  change.verb = row.text();
  change.reason = row.text();
  return change;
}

Result<std::vector<ChangeRecord>> read_lines(SqliteQuery& query) {
  std::vector<ChangeRecord> changes;
  auto row = query.step();
  for (; row && *row; row = query.step()) changes.push_back(read_line(query));
  if (!row) return row.error();
  return changes;
}

/// False: a hash is not of its length.
bool read_record(SqliteQuery& row, AuditRecord& record) {
  record.sequence = static_cast<std::uint64_t>(row.integer());
  record.at = row.integer();
  record.actor = row.text();
  record.verb = row.text();
  record.kind = static_cast<ChangeKind>(row.integer());
  record.subject = row.text();
  record.detail = row.text();
  record.reason = row.text();
  record.refusal = row.text();
  record.revision = static_cast<Revision>(row.integer());
  return row.blob(record.changes) && row.blob(record.hash);
}

std::int64_t number(std::uint64_t value) noexcept {
  return static_cast<std::int64_t>(value);
}

}  // namespace

Result<std::vector<ChangeRecord>> SqliteStore::changes_since(Revision since,
                                                             std::size_t most) const {
  auto query = database_.query(
      SP_LINES "WHERE revision > ?1 AND revision - ?1 <= ?2 ORDER BY revision, sequence");
  query.bind(number(since)).bind(number(most));
  return read_lines(query);
}

Result<std::vector<ChangeRecord>> SqliteStore::change_lines(ChangePlace after, Revision last,
                                                            std::size_t most) const {
  auto query = database_.query(
      SP_LINES
      "WHERE (revision, sequence) > (?, ?) AND revision <= ? ORDER BY revision, sequence LIMIT ?");
  query.bind(number(after.revision)).bind(after.sequence).bind(number(last)).bind(number(most));
  return read_lines(query);
}

Result<std::vector<AuditRecord>> SqliteStore::audit_page(std::uint64_t after,
                                                         std::size_t most) const {
  auto query = database_.query(SP_AUDIT "WHERE sequence > ? ORDER BY sequence LIMIT ?");
  query.bind(number(after)).bind(number(most));
  std::vector<AuditRecord> records;
  auto row = query.step();
  for (; row && *row; row = query.step()) {
    // A hash that can't be read stays zero, which verification finds.
    (void)read_record(query, records.emplace_back());
  }
  if (!row) return row.error();
  return records;
}

Result<std::optional<AuditRecord>> SqliteStore::last_audit() const {
  auto query = database_.query(SP_AUDIT "ORDER BY sequence DESC LIMIT 1");
  auto row = query.step();
  if (!row) return row.error();
  if (!*row) return std::optional<AuditRecord>();
  AuditRecord record;
  if (!read_record(query, record)) return damaged_row(database_, "record of the audit log");
  return std::optional<AuditRecord>(std::move(record));
}

Result<AuditHead> SqliteStore::audit_head() const {
  auto query = database_.query("SELECT sequence, hash FROM audit_head");
  auto row = query.step();
  if (!row) return row.error();
  AuditHead head;
  if (!*row) return head;
  head.sequence = static_cast<std::uint64_t>(query.integer());
  (void)query.blob(head.hash);
  return head;
}

Result<void> SqliteStore::append_change(const ChangeRecord& change) {
  auto appended = database_.query("INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
                      .bind(number(open_))
                      .bind(static_cast<std::int64_t>(logged_))
                      .bind(change.at)
                      .bind(change.actor)
                      .bind(static_cast<std::int64_t>(change.kind))
                      .bind(change.subject)
                      .bind(change.verb)
                      .bind(change.reason)
                      .run();
  if (appended) ++logged_;
  return appended;
}

Result<void> SqliteStore::append_audit(const AuditRecord& record) {
  auto appended = database_.query("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
                      .bind(number(record.sequence))
                      .bind(record.at)
                      .bind(record.actor)
                      .bind(record.verb)
                      .bind(static_cast<std::int64_t>(record.kind))
                      .bind(record.subject)
                      .bind(record.detail)
                      .bind(record.reason)
                      .bind(record.refusal)
                      .bind(number(record.revision))
                      .bind(std::span<const std::uint8_t>(record.changes))
                      .bind(std::span<const std::uint8_t>(record.hash))
                      .run();
  if (!appended) return appended;
  audited_ = true;
  return database_.query("INSERT OR REPLACE INTO audit_head VALUES (0, ?, ?)")
      .bind(number(record.sequence))
      .bind(std::span<const std::uint8_t>(record.hash))
      .run();
}

Result<Revision> SqliteStore::commit() {
  auto done = logged_ > 0 || audited_
                  ? database_.execute("COMMIT")
                  : Result<void>(failure(Errc::kInternal, "a change was not logged"));
  if (!done) {
    rollback();
    return done.error();
  }
  return logged_ > 0 ? open_ : open_ - 1;
}

}  // namespace sallyport
