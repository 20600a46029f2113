// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/sqlite_database.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "agent/base/unique_fd.hpp"

namespace sallyport {
namespace {

/// A digest that is taken is the caller's matter; all else would be a rule that we broke.
Errc code_of_constraint(sqlite3* database) noexcept {
  const int code = sqlite3_extended_errcode(database);
  const bool is_taken = code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY;
  return is_taken ? Errc::kExists : Errc::kInternal;
}

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
    case SQLITE_CONSTRAINT:
      return failure(code_of_constraint(database), text);
    case SQLITE_FULL:
      return failure(Errc::kFull, text, "free space on the store's file system");
    default:
      return failure(Errc::kUnavailable, text);
  }
}

Failure no_file(const std::string& file, int error_number) {
  const char* remedy = "";
  if (error_number == ENOENT) remedy = "make its directory first, writable for the agent's user";
  if (error_number == EACCES) remedy = "it and its directory must be writable for the agent's user";
  return system_failure(error_number, "cannot open the store " + file, remedy);
}

/// Makes the file if there is none, its owner's alone from the first byte. A file that is there is
/// not opened: closing it again would drop every lock that this process has on it.
Result<void> prepare_file(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) {
    const UniqueFd made(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!made) return no_file(file, errno);
    return {};
  }
  if (!S_ISREG(status.st_mode)) {
    return failure(Errc::kInvalid, "the store " + file + " is not a regular file",
                   "name a file as `store` in the configuration");
  }
  if (::access(file.c_str(), R_OK | W_OK) != 0) return no_file(file, errno);
  return {};
}

}  // namespace

Failure damaged_row(const SqliteDatabase& database, const char* what) {
  return failure(Errc::kIncompatible, "store " + database.file() + ": a " + what + " is damaged",
                 "restore the store from a backup");
}

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
  // A null pointer would bind NULL; empty text is text.
  sqlite3_bind_text(statement_, next_parameter_++, text.empty() ? "" : text.data(),
                    static_cast<int>(text.size()), SQLITE_STATIC);
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
  if (auto prepared = prepare_file(file); !prepared) return prepared.error();
  sqlite3* handle = nullptr;
  const int opened =
      sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  SqliteDatabase database(handle, file);
  if (opened != SQLITE_OK) return sqlite_failure(handle, file);
  // The lock is taken by the first read and kept: a second agent is told, not slowed down. What a
  // statement would take back is kept in memory: it goes to a temporary file else, page by page.
  auto prepared = database.execute(
      "PRAGMA temp_store = MEMORY; PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; "
      "PRAGMA foreign_keys = ON;"
      "BEGIN EXCLUSIVE; COMMIT;");
  if (!prepared) return prepared.error();
  return database;
}

// The journals that SQLite makes beside a file take its mode; one that is there already may be
// as open to others as the file was.
Result<void> SqliteDatabase::keep() {
  for (const std::string& path : {file_, file_ + "-wal"}) {
    if (::chmod(path.c_str(), 0600) == 0 || errno == ENOENT) continue;
    return system_failure(errno, "cannot make the store " + path + " private",
                          "it must belong to the agent's user");
  }
  return execute("PRAGMA journal_mode = WAL");
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
