// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/sqlite_database.hpp"

#include <sys/stat.h>

#include <cstring>
#include <unordered_map>
#include <utility>

namespace sallyport {
namespace {

Failure sqlite_failure(sqlite3* database, const std::string& file) {
  const int code = database != nullptr ? sqlite3_errcode(database) : SQLITE_NOMEM;
  const std::string text =
      "store " + file + ": " + (database != nullptr ? sqlite3_errmsg(database) : "out of memory");
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return failure(Errc::kConflict, "store " + file + " is in use by another process",
                     "is another sallyportd running? one store serves one agent");
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return failure(Errc::kIncompatible, text,
                     "it is not a Sallyport store, or it is damaged: restore it from a backup");
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return failure(Errc::kDenied, text,
                     "its directory must exist and be writable for the agent's user");
    case SQLITE_FULL:
      return failure(Errc::kFull, text, "free space on the store's file system");
    default:
      return failure(Errc::kUnavailable, text);
  }
}

}  // namespace

struct SqliteDatabase::Statements {
  ~Statements() {
    for (auto& [sql, statement] : by_sql) sqlite3_finalize(statement);
  }
  std::unordered_map<const char*, sqlite3_stmt*> by_sql;
};

SqliteQuery::~SqliteQuery() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

SqliteQuery& SqliteQuery::bind(std::int64_t value) noexcept {
  sqlite3_bind_int64(statement_, next_parameter_++, value);
  return *this;
}

SqliteQuery& SqliteQuery::bind(std::string_view text) noexcept {
  sqlite3_bind_text(statement_, next_parameter_++, text.data(), static_cast<int>(text.size()),
                    SQLITE_STATIC);
  return *this;
}

SqliteQuery& SqliteQuery::bind(std::span<const std::uint8_t> blob) noexcept {
  sqlite3_bind_blob(statement_, next_parameter_++, blob.data(), static_cast<int>(blob.size()),
                    SQLITE_STATIC);
  return *this;
}

Result<bool> SqliteQuery::step() {
  next_column_ = 0;
  const int code = statement_ != nullptr ? sqlite3_step(statement_) : SQLITE_ERROR;
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return sqlite_failure(database_, sqlite3_db_filename(database_, nullptr));
}

Result<void> SqliteQuery::run() {
  auto row = step();
  while (row && *row) row = step();
  if (!row) return row.error();
  return {};
}

std::int64_t SqliteQuery::integer() noexcept {
  return sqlite3_column_int64(statement_, next_column_++);
}

std::string SqliteQuery::text() {
  const int column = next_column_++;
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes != nullptr ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

bool SqliteQuery::blob(std::span<std::uint8_t> out) noexcept {
  const int column = next_column_++;
  const void* bytes = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  if (bytes == nullptr || size != out.size()) return false;
  std::memcpy(out.data(), bytes, size);
  return true;
}

SqliteDatabase::SqliteDatabase(sqlite3* handle, std::string file)
    : handle_(handle), statements_(std::make_unique<Statements>()), file_(std::move(file)) {}

SqliteDatabase::SqliteDatabase(SqliteDatabase&&) noexcept = default;
SqliteDatabase& SqliteDatabase::operator=(SqliteDatabase&&) noexcept = default;
SqliteDatabase::~SqliteDatabase() = default;

Result<SqliteDatabase> SqliteDatabase::open(const std::string& file) {
  const mode_t before = umask(0077);  // the store is its owner's alone, from the first byte
  sqlite3* handle = nullptr;
  const int opened =
      sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  SqliteDatabase database(handle, file);
  // The lock is taken by the first read and kept: a second agent is told, not slowed down.
  auto prepared = opened != SQLITE_OK
                      ? Result<void>(sqlite_failure(handle, file))
                      : database.execute(
                            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
                            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                            "BEGIN EXCLUSIVE; COMMIT;");
  umask(before);
  if (!prepared) return prepared.error();
  return database;
}

Result<void> SqliteDatabase::execute(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return sqlite_failure(handle_.get(), file_);
}

SqliteQuery SqliteDatabase::query(const char* sql) const {
  sqlite3_stmt*& statement = statements_->by_sql[sql];
  if (statement == nullptr) {
    sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  }
  return SqliteQuery(handle_.get(), statement);
}

Result<std::int64_t> SqliteDatabase::integer(const char* sql) const {
  auto query = this->query(sql);
  auto row = query.step();
  if (!row) return row.error();
  return *row ? query.integer() : 0;
}

}  // namespace sallyport
