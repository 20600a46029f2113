// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/sqlite_schema.hpp"

namespace sallyport {
namespace {

// Marks the file as ours: "SPRT".
constexpr std::int64_t kApplicationId = 0x53505254;

constexpr char kSchema[] = R"sql(
BEGIN;
CREATE TABLE tenants (
  name TEXT PRIMARY KEY, state INTEGER NOT NULL, created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE users (
  id INTEGER PRIMARY KEY, tenant TEXT NOT NULL REFERENCES tenants (name), name TEXT NOT NULL,
  state INTEGER NOT NULL, created_at INTEGER NOT NULL
);
-- A removed user's name may be given again.
CREATE UNIQUE INDEX users_by_name ON users (tenant, name) WHERE state != 2;
CREATE TABLE keys (
  id TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, tenant TEXT NOT NULL, user TEXT NOT NULL,
  env TEXT NOT NULL, state INTEGER NOT NULL, reason TEXT NOT NULL, created_at INTEGER NOT NULL,
  not_before INTEGER NOT NULL, expires_at INTEGER NOT NULL, per_second INTEGER NOT NULL,
  burst INTEGER NOT NULL, note TEXT NOT NULL
);
CREATE INDEX keys_by_owner ON keys (tenant, user);
CREATE TABLE bans (
  source BLOB PRIMARY KEY, reason TEXT NOT NULL, created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE modes (service TEXT PRIMARY KEY, mode INTEGER NOT NULL) WITHOUT ROWID;
-- One line a transaction: its revision is the row's number, so that there can be no gap.
CREATE TABLE changes (
  revision INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, verb TEXT NOT NULL,
  subject TEXT NOT NULL, reason TEXT NOT NULL
);
PRAGMA application_id = 1397772884;
PRAGMA user_version = 1;
COMMIT;
)sql";

}  // namespace

Result<void> prepare_schema(SqliteDatabase& database) {
  auto version = database.integer("PRAGMA user_version");
  if (!version) return version.error();
  auto application = database.integer("PRAGMA application_id");
  if (!application) return application.error();
  auto tables = database.integer("SELECT count(*) FROM sqlite_master");
  if (!tables) return tables.error();

  if (*version == 0 && *application == 0 && *tables == 0) return database.execute(kSchema);
  if (*application != kApplicationId) {
    return failure(Errc::kIncompatible, database.file() + " is a database, but no Sallyport store",
                   "name another file as `store` in the configuration");
  }
  if (*version > kSchemaVersion) {
    return failure(Errc::kIncompatible,
                   "store " + database.file() + " has schema version " + std::to_string(*version) +
                       ", this agent knows up to " + std::to_string(kSchemaVersion),
                   "run the newer agent, or restore a backup made before the upgrade");
  }
  return {};
}

}  // namespace sallyport
