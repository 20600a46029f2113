// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/store_check.hpp"

#include <unistd.h>

#include <cerrno>

#include "agent/registry/audit_chain.hpp"
#include "agent/registry/sqlite_store.hpp"

namespace sallyport {
namespace {

constexpr std::size_t kMostFaults = 20;

/// A question whose rows are faults, each as a text.
struct Question {
  const char* sql;
  const char* what;
};

constexpr Question kQuestions[] = {
    {"SELECT 'row ' || rowid || ' of ' || \"table\" FROM pragma_foreign_key_check",
     "it refers to what is not there: "},
    {"SELECT 'after ' || (revision - 1) FROM (SELECT DISTINCT revision FROM changes) a"
     " WHERE revision > 1 AND NOT EXISTS (SELECT 1 FROM changes b WHERE b.revision = a.revision - "
     "1)",
     "a revision is missing: "},
    {"SELECT revision FROM changes GROUP BY revision HAVING max(sequence) != count(*) - 1",
     "a line of the change log is missing, of revision "},
    {"SELECT id FROM keys WHERE state != 2 AND NOT EXISTS (SELECT 1 FROM users"
     " WHERE users.tenant = keys.tenant AND users.name = keys.user AND users.state != 2)",
     "a key that is not revoked has no user: "},
    {"SELECT keys.id FROM keys JOIN tenants ON tenants.name = keys.tenant"
     " WHERE keys.state != 2 AND tenants.state = 2",
     "a key of a removed tenant is not revoked: "},
    {"SELECT id FROM keys WHERE successor != '' AND successor NOT IN (SELECT id FROM keys)",
     "the successor of a key is not there: "},
    {"SELECT id FROM key_uses WHERE id NOT IN (SELECT id FROM keys)",
     "a use is noted of a key that is not there: "},
};

Result<void> ask(const SqliteDatabase& database, const Question& question,
                 std::vector<std::string>& faults) {
  auto query = database.query(question.sql);
  auto row = query.step();
  for (; row && *row && faults.size() < kMostFaults; row = query.step()) {
    faults.push_back(question.what + query.text());
  }
  if (!row) return row.error();
  return {};
}

Result<void> check_structure(const SqliteDatabase& database, std::vector<std::string>& faults) {
  auto query = database.query("PRAGMA integrity_check(20)");
  auto row = query.step();
  for (; row && *row; row = query.step()) {
    if (auto text = query.text(); text != "ok") faults.push_back(std::move(text));
  }
  if (!row) return row.error();
  return {};
}

Result<void> check_audit(const StoreReader& store, StoreCondition& condition) {
  AuditVerifier verifier(store, {}, {});
  for (;;) {
    auto more = verifier.step();
    if (!more) return more.error();
    if (!*more) break;
  }
  condition.head = verifier.verdict().head;
  if (const auto& fault = verifier.verdict().fault; !fault.empty()) {
    condition.faults.push_back("the audit log is not as it was written: " + fault);
  }
  return {};
}

}  // namespace

Result<StoreCondition> check_store(const std::string& file) {
  if (::access(file.c_str(), R_OK) != 0) {
    return system_failure(errno, "cannot open the store " + file,
                          "name a store's file, or a backup of one");
  }
  auto store = SqliteStore::inspect(file);
  if (!store) return store.error();
  const SqliteDatabase& database = (*store)->database();
  StoreCondition condition;
  if (auto done = check_structure(database, condition.faults); !done) return done.error();
  // What is in pages that can't be read can't be asked.
  if (!condition.faults.empty()) return condition;
  for (const auto& question : kQuestions) {
    if (auto asked = ask(database, question, condition.faults); !asked) return asked.error();
  }
  auto revision = (*store)->revision();
  if (!revision) return revision.error();
  condition.revision = *revision;
  auto keys = (*store)->key_count();
  if (!keys) return keys.error();
  condition.keys = *keys;
  if (auto done = check_audit(**store, condition); !done) return done.error();
  return condition;
}

}  // namespace sallyport
