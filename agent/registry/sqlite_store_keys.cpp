// SPDX-License-Identifier: Apache-2.0
// Keys, one by one and page by page.
#include <algorithm>

#include "agent/registry/sqlite_store.hpp"

namespace sallyport {
namespace {

#define SP_KEYS                                                                               \
  "SELECT id, digest, tenant, user, env, state, reason, created_at, not_before, expires_at, " \
  "per_second, burst, note, packets_per_second, packet_burst, bytes_per_second, byte_burst, " \
  "egress_per_second, predecessor, successor FROM keys "

// So many keys are looked at for one page, whether they are wanted or not.
constexpr std::size_t kMostLooks = 4000;
constexpr std::size_t kWholePage = 1000;

/// The statement whose index has the fewest keys to look at. All take the same parameters.
const char* page_of(const KeyFilter& filter) {
  if (filter.ends_before != 0) {
    return SP_KEYS
        "INDEXED BY keys_by_expiry WHERE expires_at > 0 AND expires_at < ?5"
        " AND (expires_at, id) > (?6, ?7) ORDER BY expires_at, id";
  }
  if (!filter.prefix.empty()) {
    return SP_KEYS "WHERE id >= ?4 AND id < ?4 || '~' AND id > ?7 ORDER BY id";
  }
  if (!filter.tenant.empty() && !filter.user.empty()) {
    return SP_KEYS "WHERE tenant = ?1 AND user = ?2 AND id > ?7 ORDER BY id";
  }
  if (!filter.tenant.empty()) {
    return SP_KEYS "INDEXED BY keys_by_tenant WHERE tenant = ?1 AND id > ?7 ORDER BY id";
  }
  if (filter.state) {
    return SP_KEYS "INDEXED BY keys_by_state WHERE state = ?3 AND id > ?7 ORDER BY id";
  }
  return SP_KEYS "WHERE id > ?7 ORDER BY id";
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
  if (!read_key(query, key)) return damaged_row(database, "key");
  return std::optional<Key>(std::move(key));
}

}  // namespace

bool KeyFilter::matches(const Key& key) const {
  return (tenant.empty() || key.tenant == tenant) && (user.empty() || key.user == user) &&
         (!state || key.state == *state) && to_view(key.id).starts_with(prefix) &&
         (ends_before == 0 || (key.expires_at != 0 && key.expires_at < ends_before));
}

Result<std::optional<Key>> SqliteStore::find_key(std::string_view id) const {
  auto query = database_.query(SP_KEYS "WHERE id = ?");
  query.bind(id);
  return one_key(database_, query);
}

Result<std::optional<Key>> SqliteStore::find_key(const KeyDigest& digest) const {
  auto query = database_.query(SP_KEYS "WHERE digest = ?");
  query.bind(std::span<const std::uint8_t>(digest));
  return one_key(database_, query);
}

Result<KeyPage> SqliteStore::keys_page(const KeyFilter& filter, const KeyCursor& after,
                                       std::size_t most) const {
  auto query = database_.query(page_of(filter));
  query.bind(filter.tenant)
      .bind(filter.user)
      .bind(filter.state ? static_cast<std::int64_t>(*filter.state) : std::int64_t{-1})
      .bind(filter.prefix)
      .bind(filter.ends_before)
      .bind(after.expires_at)
      .bind(after.id);
  KeyPage page;
  Key key;
  const std::size_t looks = std::max(kMostLooks, most);
  for (std::size_t looked = 0;; ++looked) {
    auto row = query.step();
    if (!row) return row.error();
    if (!*row) return page;
    if (page.keys.size() == most || looked == looks) break;
    if (!read_key(query, key)) return damaged_row(database_, "key");
    page.next =
        KeyCursor{filter.ends_before != 0 ? key.expires_at : 0, std::string(to_view(key.id))};
    if (filter.matches(key)) page.keys.push_back(key);
  }
  return page;
}

Result<void> SqliteStore::for_each_key(const KeyFilter& filter,
                                       const std::function<void(const Key&)>& visit) const {
  KeyCursor at;
  for (;;) {
    auto page = keys_page(filter, at, kWholePage);
    if (!page) return page.error();
    for (const Key& key : page->keys) visit(key);
    if (!page->next) return {};
    at = std::move(*page->next);
  }
}

Result<std::uint64_t> SqliteStore::key_count() const {
  auto value = database_.integer("SELECT count(*) FROM keys");
  if (!value) return value.error();
  return static_cast<std::uint64_t>(*value);
}

}  // namespace sallyport
