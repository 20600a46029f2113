// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/sqlite_schema.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <string>

#include "agent/base/unique_fd.hpp"

namespace sallyport {
namespace {

// Marks the file as ours: "SPRT".
constexpr std::int64_t kApplicationId = 0x53505254;

constexpr char kSchema[] = R"sql(
BEGIN;
CREATE TABLE tenants (
  name TEXT PRIMARY KEY, state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE users (
  id INTEGER PRIMARY KEY, tenant TEXT NOT NULL REFERENCES tenants (name), name TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2), created_at INTEGER NOT NULL
) STRICT;
-- A removed user's name may be given again.
CREATE UNIQUE INDEX users_by_name ON users (tenant, name) WHERE state != 2;
CREATE TABLE keys (
  id TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
  tenant TEXT NOT NULL REFERENCES tenants (name), user TEXT NOT NULL, env TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2), reason TEXT NOT NULL,
  created_at INTEGER NOT NULL, not_before INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  per_second INTEGER NOT NULL, burst INTEGER NOT NULL, note TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- Each carries the id too, so that a list by owner or state comes in the order of ids.
CREATE INDEX keys_by_owner ON keys (tenant, user);
CREATE INDEX keys_by_state ON keys (state);
-- The last line of defence of promises that the code keeps already.
CREATE TRIGGER revoked_stays_revoked BEFORE UPDATE OF state ON keys
  WHEN old.state = 2 AND new.state != 2
  BEGIN SELECT raise(ABORT, 'a revoked key stays revoked'); END;
CREATE TRIGGER key_stays_taken BEFORE DELETE ON keys
  BEGIN SELECT raise(ABORT, 'a key is never deleted'); END;
CREATE TRIGGER key_keeps_its_owner BEFORE UPDATE OF digest, tenant, user ON keys
  WHEN old.digest != new.digest OR old.tenant != new.tenant OR old.user != new.user
  BEGIN SELECT raise(ABORT, 'a key keeps its digest and owner'); END;
CREATE TABLE bans (
  source BLOB PRIMARY KEY CHECK (length(source) = 16), reason TEXT NOT NULL,
  created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE modes (
  service TEXT PRIMARY KEY, mode INTEGER NOT NULL CHECK (mode BETWEEN 0 AND 2)
) STRICT, WITHOUT ROWID;
-- Its greatest revision is the store's. Append-only.
CREATE TABLE changes (
  revision INTEGER NOT NULL, sequence INTEGER NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL,
  kind INTEGER NOT NULL, subject TEXT NOT NULL, verb TEXT NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY (revision, sequence)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER log_is_not_rewritten BEFORE UPDATE ON changes
  BEGIN SELECT raise(ABORT, 'the change log is append-only'); END;
PRAGMA application_id = 1397772884;
PRAGMA user_version = 1;
COMMIT;
)sql";

// From each version to the next; a new store takes the same way. What is released is not edited.
constexpr const char* kForward[] = {
    // 1 → 2: limits on packets and bytes.
    R"sql(
BEGIN IMMEDIATE;
ALTER TABLE keys ADD COLUMN packets_per_second INTEGER NOT NULL DEFAULT 0;
ALTER TABLE keys ADD COLUMN packet_burst INTEGER NOT NULL DEFAULT 0;
ALTER TABLE keys ADD COLUMN bytes_per_second INTEGER NOT NULL DEFAULT 0;
ALTER TABLE keys ADD COLUMN byte_burst INTEGER NOT NULL DEFAULT 0;
PRAGMA user_version = 2;
COMMIT;
)sql",
    // 2 → 3: the operator's prefixes.
    R"sql(
BEGIN IMMEDIATE;
CREATE TABLE cidrs (
  base BLOB NOT NULL CHECK (length(base) = 16),
  length INTEGER NOT NULL CHECK (length BETWEEN 0 AND 128),
  action INTEGER NOT NULL CHECK (action BETWEEN 0 AND 1), note TEXT NOT NULL,
  created_at INTEGER NOT NULL, PRIMARY KEY (base, length)
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 3;
COMMIT;
)sql",
    // 3 → 4: a limit on what a key is sent.
    R"sql(
BEGIN IMMEDIATE;
ALTER TABLE keys ADD COLUMN egress_per_second INTEGER NOT NULL DEFAULT 0;
PRAGMA user_version = 4;
COMMIT;
)sql",
    // 4 → 5: rotation; a key that is not revoked may change hands, never its digest.
    R"sql(
BEGIN IMMEDIATE;
ALTER TABLE keys ADD COLUMN predecessor TEXT NOT NULL DEFAULT '';
ALTER TABLE keys ADD COLUMN successor TEXT NOT NULL DEFAULT '';
DROP TRIGGER key_keeps_its_owner;
CREATE TRIGGER key_keeps_its_digest BEFORE UPDATE OF digest ON keys WHEN old.digest != new.digest
  BEGIN SELECT raise(ABORT, 'a key keeps its digest'); END;
CREATE TRIGGER revoked_key_keeps_its_owner BEFORE UPDATE OF tenant, user ON keys
  WHEN old.state = 2 AND (old.tenant != new.tenant OR old.user != new.user)
  BEGIN SELECT raise(ABORT, 'a revoked key keeps its owner'); END;
CREATE TABLE key_uses (
  id TEXT PRIMARY KEY, at INTEGER NOT NULL, source INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 5;
COMMIT;
)sql",
    // 5 → 6: pages of keys by tenant and by end; the audit log.
    R"sql(
BEGIN IMMEDIATE;
CREATE INDEX keys_by_tenant ON keys (tenant);
CREATE INDEX keys_by_expiry ON keys (expires_at) WHERE expires_at > 0;
CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, verb TEXT NOT NULL,
  kind INTEGER NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL, reason TEXT NOT NULL,
  refusal TEXT NOT NULL, revision INTEGER NOT NULL, changes BLOB NOT NULL, hash BLOB NOT NULL
) STRICT;
CREATE TABLE audit_head (
  one INTEGER PRIMARY KEY CHECK (one = 0), sequence INTEGER NOT NULL, hash BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON audit
  BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER log_is_not_cut BEFORE DELETE ON changes
  BEGIN SELECT raise(ABORT, 'the change log is append-only'); END;
CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit
  BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
PRAGMA user_version = 6;
COMMIT;
)sql",
};
static_assert(std::size(kForward) + 1 == kSchemaVersion);

Result<void> bring_forward(SqliteDatabase& database, std::int64_t from) {
  for (auto version = from; version < kSchemaVersion; ++version) {
    if (auto done = database.execute(kForward[version - 1]); !done) {
      (void)database.execute("ROLLBACK");
      return done;
    }
  }
  return {};
}

/// A store as it was, whole, beside itself: "registry.db.schema-4", or with a number where that is
/// taken.
Result<void> keep_copy(SqliteDatabase& database, std::int64_t version) {
  const std::string name = database.file() + ".schema-" + std::to_string(version);
  constexpr int kMostCopies = 100;
  for (int number = 1; number < kMostCopies; ++number) {
    const std::string file = number == 1 ? name : name + "." + std::to_string(number);
    const UniqueFd made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!made && errno == EEXIST) continue;
    if (!made) {
      return system_failure(errno, "cannot keep a copy of the store as " + file,
                            "its schema is brought forward, and there is to be a way back");
    }
    std::string sql = "VACUUM INTO '";
    for (const char c : file) sql += c == '\'' ? std::string("''") : std::string(1, c);
    auto copied = database.execute((sql + "'").c_str());
    if (!copied) ::unlink(file.c_str());
    return copied;
  }
  return failure(Errc::kFull, "there are too many copies of the store already: " + name,
                 "remove those that nobody needs");
}

Result<void> check_identity(const SqliteDatabase& database, std::int64_t version,
                            std::int64_t application) {
  if (application != kApplicationId || version < 1) {
    return failure(Errc::kIncompatible, database.file() + " is a database, but no Sallyport store",
                   "name another file as `store` in the configuration");
  }
  if (version > kSchemaVersion) {
    return failure(Errc::kIncompatible,
                   "store " + database.file() + " has schema version " + std::to_string(version) +
                       ", this agent knows version " + std::to_string(kSchemaVersion),
                   "run the newer agent, or restore a backup made before the upgrade");
  }
  return {};
}

/// Damage to the tables' structure is found now, not by the first request that needs the page.
Result<void> check_soundness(const SqliteDatabase& database) {
  auto check = database.query("PRAGMA quick_check(1)");
  auto row = check.step();
  if (!row) return row.error();
  if (const auto verdict = check.text(); verdict != "ok") {
    return failure(Errc::kIncompatible, "store " + database.file() + " is damaged: " + verdict,
                   "restore it from a backup");
  }
  return {};
}

}  // namespace

Result<void> check_schema(const SqliteDatabase& database) {
  auto version = database.integer("PRAGMA user_version");
  if (!version) return version.error();
  auto application = database.integer("PRAGMA application_id");
  if (!application) return application.error();
  if (auto ours = check_identity(database, *version, *application); !ours) return ours;
  if (*version == kSchemaVersion) return {};
  return failure(Errc::kIncompatible,
                 "store " + database.file() + " has schema version " + std::to_string(*version) +
                     ", this program looks through version " + std::to_string(kSchemaVersion),
                 "start the agent on a copy of it, which brings it forward");
}

Result<void> prepare_schema(SqliteDatabase& database) {
  auto version = database.integer("PRAGMA user_version");
  if (!version) return version.error();
  auto application = database.integer("PRAGMA application_id");
  if (!application) return application.error();
  auto tables = database.integer("SELECT count(*) FROM sqlite_master");
  if (!tables) return tables.error();

  const bool is_new = *version == 0 && *application == 0 && *tables == 0;
  if (!is_new) {
    if (auto ours = check_identity(database, *version, *application); !ours) return ours;
    if (auto sound = check_soundness(database); !sound) return sound;
    if (*version < kSchemaVersion) {
      if (auto kept = keep_copy(database, *version); !kept) return kept;
    }
  }
  if (auto done = database.keep(); !done) return done;
  if (is_new) {
    if (auto made = database.execute(kSchema); !made) return made;
  }
  return bring_forward(database, is_new ? 1 : *version);
}

}  // namespace sallyport
