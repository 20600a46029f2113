// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/sqlite_store.hpp"

#include <utility>

#include "agent/registry/sqlite_schema.hpp"

namespace sallyport {
namespace {

template <class Enum>
std::int64_t number(Enum value) noexcept {
  return static_cast<std::int64_t>(value);
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& file) {
  auto database = SqliteDatabase::open(file);
  if (!database) return database.error();
  if (auto prepared = prepare_schema(*database); !prepared) return prepared.error();
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(*database)));
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::inspect(const std::string& file) {
  auto database = SqliteDatabase::open(file);
  if (!database) return database.error();
  if (auto ours = check_schema(*database); !ours) return ours.error();
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(*database)));
}

Result<void> SqliteStore::begin() {
  if (in_bulk_) {
    if (auto strict = database_.execute("PRAGMA synchronous = FULL"); !strict) return strict;
  }
  return begin_transaction();
}

// Many rows touch pages all over the indexes: they stay in memory, and go from the journal into
// the file after 80 MB of it instead of 4.
Result<void> SqliteStore::begin_bulk() {
  auto eased =
      database_.execute(in_bulk_ ? "PRAGMA synchronous = NORMAL"
                                 : "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;"
                                   "PRAGMA wal_autocheckpoint = 20000");
  if (!eased) return eased;
  in_bulk_ = true;
  return begin_transaction();
}

void SqliteStore::end_bulk() noexcept {
  if (!in_bulk_) return;
  (void)database_.execute(
      "PRAGMA synchronous = FULL; PRAGMA cache_size = -2000; PRAGMA wal_autocheckpoint = 1000;"
      "PRAGMA shrink_memory");
  in_bulk_ = false;
}

Result<void> SqliteStore::begin_transaction() {
  if (auto begun = database_.execute("BEGIN IMMEDIATE"); !begun) return begun;
  auto last = revision();
  if (!last) {
    rollback();
    return last.error();
  }
  open_ = *last + 1;
  logged_ = 0;
  audited_ = false;
  return {};
}

Result<void> SqliteStore::put_tenant(const Tenant& tenant) {
  return database_
      .query(
          "INSERT INTO tenants VALUES (?, ?, ?)"
          " ON CONFLICT (name) DO UPDATE SET state = excluded.state")
      .bind(tenant.name)
      .bind(number(tenant.state))
      .bind(tenant.created_at)
      .run();
}

Result<void> SqliteStore::put_user(const User& user) {
  auto present = find_user(user.tenant, user.name);
  if (!present) return present.error();
  if (*present) {
    return database_
        .query("UPDATE users SET state = ? WHERE tenant = ? AND name = ? AND state != 2")
        .bind(number(user.state))
        .bind(user.tenant)
        .bind(user.name)
        .run();
  }
  return database_.query("INSERT INTO users (tenant, name, state, created_at) VALUES (?, ?, ?, ?)")
      .bind(user.tenant)
      .bind(user.name)
      .bind(number(user.state))
      .bind(user.created_at)
      .run();
}

Result<void> SqliteStore::put_key(const Key& key) {
  return database_
      .query(
          "INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
          " ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, tenant = excluded.tenant,"
          " user = excluded.user, state = excluded.state, reason = excluded.reason,"
          " not_before = excluded.not_before, expires_at = excluded.expires_at,"
          " per_second = excluded.per_second, burst = excluded.burst, note = excluded.note,"
          " packets_per_second = excluded.packets_per_second,"
          " packet_burst = excluded.packet_burst, bytes_per_second = excluded.bytes_per_second,"
          " byte_burst = excluded.byte_burst, egress_per_second = excluded.egress_per_second,"
          " predecessor = excluded.predecessor, successor = excluded.successor")
      .bind(to_view(key.id))
      .bind(std::span<const std::uint8_t>(key.digest))
      .bind(key.tenant)
      .bind(key.user)
      .bind(key.env)
      .bind(number(key.state))
      .bind(key.reason)
      .bind(key.created_at)
      .bind(key.not_before)
      .bind(key.expires_at)
      .bind(static_cast<std::int64_t>(key.limit.per_second))
      .bind(static_cast<std::int64_t>(key.limit.burst))
      .bind(key.note)
      .bind(static_cast<std::int64_t>(key.traffic.packets_per_second))
      .bind(static_cast<std::int64_t>(key.traffic.packet_burst))
      .bind(static_cast<std::int64_t>(key.traffic.bytes_per_second))
      .bind(static_cast<std::int64_t>(key.traffic.byte_burst))
      .bind(static_cast<std::int64_t>(key.traffic.egress_per_second))
      .bind(key.predecessor)
      .bind(key.successor)
      .run();
}

Result<void> SqliteStore::put_ban(const Ban& ban) {
  return database_.query("INSERT OR REPLACE INTO bans VALUES (?, ?, ?, ?)")
      .bind(std::span<const std::uint8_t>(ban.source.bytes))
      .bind(ban.reason)
      .bind(ban.created_at)
      .bind(ban.expires_at)
      .run();
}

Result<void> SqliteStore::erase_ban(const Address& source) {
  return database_.query("DELETE FROM bans WHERE source = ?")
      .bind(std::span<const std::uint8_t>(source.bytes))
      .run();
}

Result<void> SqliteStore::put_cidr(const CidrEntry& entry) {
  return database_.query("INSERT OR REPLACE INTO cidrs VALUES (?, ?, ?, ?, ?)")
      .bind(std::span<const std::uint8_t>(entry.rule.prefix.base.bytes))
      .bind(static_cast<std::int64_t>(entry.rule.prefix.length))
      .bind(number(entry.rule.action))
      .bind(entry.note)
      .bind(entry.created_at)
      .run();
}

Result<void> SqliteStore::erase_cidr(const Cidr& prefix) {
  return database_.query("DELETE FROM cidrs WHERE base = ? AND length = ?")
      .bind(std::span<const std::uint8_t>(prefix.base.bytes))
      .bind(static_cast<std::int64_t>(prefix.length))
      .run();
}

Result<void> SqliteStore::erase_cidrs() {
  return database_.query("DELETE FROM cidrs").run();
}

Result<void> SqliteStore::put_mode(const ServiceMode& mode) {
  return database_.query("INSERT OR REPLACE INTO modes VALUES (?, ?)")
      .bind(mode.service)
      .bind(number(mode.mode))
      .run();
}

// SQLite has rolled back by itself after some failures, and then refuses: that is what is wanted.
void SqliteStore::rollback() noexcept {
  (void)database_.execute("ROLLBACK");
}

}  // namespace sallyport
