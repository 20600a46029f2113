// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"

namespace sallyport {

/// A prepared statement in use: binds in order, steps, reads columns in order. Resets itself when
/// it is destroyed. Text and blobs that are bound must live until then.
class SqliteQuery {
 public:
  SqliteQuery(sqlite3* database, sqlite3_stmt* statement) noexcept
      : database_(database), statement_(statement) {}
  ~SqliteQuery();
  SqliteQuery(const SqliteQuery&) = delete;
  SqliteQuery& operator=(const SqliteQuery&) = delete;

  SqliteQuery& bind(std::int64_t value) noexcept;
  SqliteQuery& bind(std::string_view text) noexcept;
  SqliteQuery& bind(std::span<const std::uint8_t> blob) noexcept;

  /// Whether there is a row.
  [[nodiscard]] Result<bool> step();
  /// Runs to the end, for statements without rows.
  [[nodiscard]] Result<void> run();

  [[nodiscard]] std::int64_t integer() noexcept;
  [[nodiscard]] std::string text();
  /// Copies into `out`; false when the sizes differ.
  [[nodiscard]] bool blob(std::span<std::uint8_t> out) noexcept;

 private:
  sqlite3* database_;
  sqlite3_stmt* statement_;  // null: preparing failed; every step says so
  int next_parameter_ = 1;
  int next_column_ = 0;
};

/// One SQLite file, open for this process alone (WAL, full sync). Failures name the file.
class SqliteDatabase {
 public:
  /// Locks the file, making it if there is none, but changes nothing in one that is there.
  [[nodiscard]] static Result<SqliteDatabase> open(const std::string& file);
  /// It is ours: private to its owner from now on, and in WAL mode.
  [[nodiscard]] Result<void> keep();

  SqliteDatabase(SqliteDatabase&&) noexcept;
  SqliteDatabase& operator=(SqliteDatabase&&) noexcept;
  ~SqliteDatabase();

  Result<void> execute(const char* sql);
  /// `sql` must have static storage: prepared statements are kept by its address.
  [[nodiscard]] SqliteQuery query(const char* sql) const;
  [[nodiscard]] Result<std::int64_t> integer(const char* sql) const;
  [[nodiscard]] sqlite3* handle() const noexcept { return handle_.get(); }
  [[nodiscard]] const std::string& file() const noexcept { return file_; }

 private:
  struct Statements;

  SqliteDatabase(sqlite3* handle, std::string file);

  struct Close {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::unique_ptr<Statements> statements_;  // finalised before the handle is closed
  std::string file_;
};

/// A row that can't be what we wrote.
[[nodiscard]] Failure damaged_row(const SqliteDatabase& database, const char* what);

}  // namespace sallyport
