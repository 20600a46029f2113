// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "agent/registry/sqlite_store.hpp"

namespace sallyport {
namespace {

#define SP_KEY_COLUMNS                                                                             \
  "id, digest, tenant, user, env, state, reason, created_at, not_before, expires_at, per_second, " \
  "burst, note, packets_per_second, packet_burst, bytes_per_second, byte_burst, "                  \
  "egress_per_second, predecessor, successor"

Failure damaged(const SqliteDatabase& database, const char* what) {
  return failure(Errc::kIncompatible, "store " + database.file() + ": a " + what + " is damaged",
                 "restore the store from a backup");
}

Tenant read_tenant(SqliteQuery& row) {
  Tenant tenant;
  tenant.name = row.text();
  tenant.state = static_cast<Lifecycle>(row.integer());
  tenant.created_at = row.integer();
  return tenant;
}

User read_user(SqliteQuery& row) {
  User user;
  user.tenant = row.text();
  user.name = row.text();
  user.state = static_cast<Lifecycle>(row.integer());
  user.created_at = row.integer();
  return user;
}

/// A statement for each index: one for all would look at every key.
const char* list_of(const KeyFilter& filter) {
  if (!filter.tenant.empty() && !filter.user.empty()) {
    return "SELECT " SP_KEY_COLUMNS
           " FROM keys WHERE tenant = ?1 AND user = ?2 AND (?3 < 0 OR state = ?3) ORDER BY id";
  }
  if (!filter.tenant.empty()) {
    return "SELECT " SP_KEY_COLUMNS
           " FROM keys WHERE tenant = ?1 AND (?3 < 0 OR state = ?3) AND ?2 = '' ORDER BY id";
  }
  if (filter.state && filter.user.empty()) {
    return "SELECT " SP_KEY_COLUMNS
           " FROM keys WHERE state = ?3 AND ?1 = '' AND ?2 = '' ORDER BY id";
  }
  return "SELECT " SP_KEY_COLUMNS
         " FROM keys WHERE ?1 = '' AND (?2 = '' OR user = ?2) AND (?3 < 0 OR state = ?3)"
         " ORDER BY id";
}

/// False when id, digest or state are not what they can be: a row that can't be judged.
bool read_key(SqliteQuery& row, Key& key) {
  const std::string id = row.text();
  if (id.size() != key.id.size() || !row.blob(key.digest)) return false;
  std::copy(id.begin(), id.end(), key.id.begin());
  key.tenant = row.text();
  key.user = row.text();
  key.env = row.text();
  const auto state = row.integer();
  if (state < 0 || state > static_cast<std::int64_t>(Standing::kRevoked)) return false;
  key.state = static_cast<Standing>(state);
  key.reason = row.text();
  key.created_at = row.integer();
  key.not_before = row.integer();
  key.expires_at = row.integer();
  key.limit.per_second = static_cast<std::uint32_t>(row.integer());
  key.limit.burst = static_cast<std::uint32_t>(row.integer());
  key.note = row.text();
  key.traffic.packets_per_second = static_cast<std::uint32_t>(row.integer());
  key.traffic.packet_burst = static_cast<std::uint32_t>(row.integer());
  key.traffic.bytes_per_second = static_cast<std::uint64_t>(row.integer());
  key.traffic.byte_burst = static_cast<std::uint64_t>(row.integer());
  key.traffic.egress_per_second = static_cast<std::uint64_t>(row.integer());
  key.predecessor = row.text();
  key.successor = row.text();
  return true;
}

Result<std::optional<Key>> one_key(const SqliteDatabase& database, SqliteQuery& query) {
  auto row = query.step();
  if (!row) return row.error();
  if (!*row) return std::optional<Key>();
  Key key;
  if (!read_key(query, key)) return damaged(database, "key");
  return std::optional<Key>(std::move(key));
}

}  // namespace

Result<Revision> SqliteStore::revision() const {
  auto value = database_.integer("SELECT coalesce(max(revision), 0) FROM changes");
  if (!value) return value.error();
  return static_cast<Revision>(*value);
}

Result<std::optional<Tenant>> SqliteStore::find_tenant(std::string_view name) const {
  auto query = database_.query("SELECT name, state, created_at FROM tenants WHERE name = ?");
  auto row = query.bind(name).step();
  if (!row) return row.error();
  return *row ? std::optional<Tenant>(read_tenant(query)) : std::nullopt;
}

Result<std::vector<Tenant>> SqliteStore::tenants() const {
  auto query = database_.query("SELECT name, state, created_at FROM tenants ORDER BY name");
  std::vector<Tenant> tenants;
  auto row = query.step();
  for (; row && *row; row = query.step()) tenants.push_back(read_tenant(query));
  if (!row) return row.error();
  return tenants;
}

Result<std::optional<User>> SqliteStore::find_user(std::string_view tenant,
                                                   std::string_view name) const {
  auto query = database_.query(
      "SELECT tenant, name, state, created_at FROM users"
      " WHERE tenant = ? AND name = ? AND state != 2");
  auto row = query.bind(tenant).bind(name).step();
  if (!row) return row.error();
  return *row ? std::optional<User>(read_user(query)) : std::nullopt;
}

Result<std::vector<User>> SqliteStore::users(std::string_view tenant) const {
  auto query = database_.query(
      "SELECT tenant, name, state, created_at FROM users"
      " WHERE state != 2 AND (?1 = '' OR tenant = ?1) ORDER BY tenant, name");
  query.bind(tenant);
  std::vector<User> users;
  auto row = query.step();
  for (; row && *row; row = query.step()) users.push_back(read_user(query));
  if (!row) return row.error();
  return users;
}

Result<std::optional<Key>> SqliteStore::find_key(std::string_view id) const {
  auto query = database_.query("SELECT " SP_KEY_COLUMNS " FROM keys WHERE id = ?");
  query.bind(id);
  return one_key(database_, query);
}

Result<std::optional<Key>> SqliteStore::find_key(const KeyDigest& digest) const {
  auto query = database_.query("SELECT " SP_KEY_COLUMNS " FROM keys WHERE digest = ?");
  query.bind(std::span<const std::uint8_t>(digest));
  return one_key(database_, query);
}

Result<void> SqliteStore::for_each_key(const KeyFilter& filter,
                                       const std::function<void(const Key&)>& visit) const {
  auto query = database_.query(list_of(filter));
  query.bind(filter.tenant)
      .bind(filter.user)
      .bind(filter.state ? static_cast<std::int64_t>(*filter.state) : std::int64_t{-1});
  Key key;
  auto row = query.step();
  for (; row && *row; row = query.step()) {
    if (!read_key(query, key)) return damaged(database_, "key");
    visit(key);
  }
  if (!row) return row.error();
  return {};
}

Result<std::uint64_t> SqliteStore::key_count() const {
  auto value = database_.integer("SELECT count(*) FROM keys");
  if (!value) return value.error();
  return static_cast<std::uint64_t>(*value);
}

Result<std::vector<Ban>> SqliteStore::bans() const {
  auto query = database_.query("SELECT source, reason, created_at, expires_at FROM bans");
  std::vector<Ban> bans;
  auto row = query.step();
  for (; row && *row; row = query.step()) {
    Ban ban;
    if (!query.blob(ban.source.bytes)) return damaged(database_, "ban");
    ban.reason = query.text();
    ban.created_at = query.integer();
    ban.expires_at = query.integer();
    bans.push_back(std::move(ban));
  }
  if (!row) return row.error();
  return bans;
}

Result<std::vector<CidrEntry>> SqliteStore::cidrs() const {
  auto query = database_.query(
      "SELECT base, length, action, note, created_at FROM cidrs ORDER BY base, length");
  std::vector<CidrEntry> cidrs;
  auto row = query.step();
  for (; row && *row; row = query.step()) {
    CidrEntry entry;
    if (!query.blob(entry.rule.prefix.base.bytes)) return damaged(database_, "prefix");
    entry.rule.prefix.length = static_cast<std::uint8_t>(query.integer());
    entry.rule.action = static_cast<CidrAction>(query.integer());
    entry.note = query.text();
    entry.created_at = query.integer();
    cidrs.push_back(std::move(entry));
  }
  if (!row) return row.error();
  return cidrs;
}

Result<std::vector<ServiceMode>> SqliteStore::modes() const {
  auto query = database_.query("SELECT service, mode FROM modes");
  std::vector<ServiceMode> modes;
  auto row = query.step();
  for (; row && *row; row = query.step()) {
    ServiceMode mode;
    mode.service = query.text();
    mode.mode = static_cast<sp_mode>(query.integer());
    modes.push_back(std::move(mode));
  }
  if (!row) return row.error();
  return modes;
}

Result<std::vector<ChangeRecord>> SqliteStore::changes_since(Revision since,
                                                             std::size_t most) const {
  auto query = database_.query(
      "SELECT revision, sequence, at, actor, kind, subject, verb, reason FROM changes"
      " WHERE revision > ?1 AND revision - ?1 <= ?2 ORDER BY revision, sequence");
  query.bind(static_cast<std::int64_t>(since)).bind(static_cast<std::int64_t>(most));
  std::vector<ChangeRecord> changes;
  auto row = query.step();
  for (; row && *row; row = query.step()) {
    ChangeRecord change;
    change.revision = static_cast<Revision>(query.integer());
    change.sequence = static_cast<std::uint32_t>(query.integer());
    change.at = query.integer();
    change.actor = query.text();
    change.kind = static_cast<ChangeKind>(query.integer());
    change.subject = query.text();
    change.verb = query.text();
    change.reason = query.text();
    changes.push_back(std::move(change));
  }
  if (!row) return row.error();
  return changes;
}

}  // namespace sallyport
