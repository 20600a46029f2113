// SPDX-License-Identifier: Apache-2.0
// When keys were used last: not part of what the registry decides, and not worth a disk's wait.
#include <algorithm>

#include "agent/registry/sqlite_store.hpp"

namespace sallyport {

Result<void> SqliteStore::save_uses(std::span<const KeyUseRecord> uses) {
  if (uses.empty()) return {};
  // The next commit that waits for the disk takes this one along.
  if (auto eased = database_.execute("PRAGMA synchronous = NORMAL; BEGIN"); !eased) return eased;
  Result<void> done;
  for (const auto& use : uses) {
    done = database_
               .query(
                   "INSERT INTO key_uses VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                   " at = excluded.at, source = excluded.source")
               .bind(to_view(use.id))
               .bind(use.at)
               .bind(static_cast<std::int64_t>(use.source))
               .run();
    if (!done) break;
  }
  if (done) done = database_.execute("COMMIT");
  if (!done) rollback();
  auto strict = database_.execute("PRAGMA synchronous = FULL");
  return done ? strict : done;
}

Result<void> SqliteStore::for_each_use(
    const std::function<void(const KeyUseRecord&)>& visit) const {
  auto query = database_.query("SELECT id, at, source FROM key_uses");
  auto row = query.step();
  for (; row && *row; row = query.step()) {
    KeyUseRecord use;
    const std::string id = query.text();
    if (id.size() != use.id.size()) continue;  // of no key
    std::copy(id.begin(), id.end(), use.id.begin());
    use.at = query.integer();
    use.source = static_cast<std::uint64_t>(query.integer());
    visit(use);
  }
  if (!row) return row.error();
  return {};
}

}  // namespace sallyport
