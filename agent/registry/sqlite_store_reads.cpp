// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/sqlite_store.hpp"

namespace sallyport {
namespace {

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

Result<std::vector<Ban>> SqliteStore::bans() const {
  auto query = database_.query("SELECT source, reason, created_at, expires_at FROM bans");
  std::vector<Ban> bans;
  auto row = query.step();
  for (; row && *row; row = query.step()) {
    Ban ban;
    if (!query.blob(ban.source.bytes)) return damaged_row(database_, "ban");
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
    if (!query.blob(entry.rule.prefix.base.bytes)) return damaged_row(database_, "prefix");
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

}  // namespace sallyport
