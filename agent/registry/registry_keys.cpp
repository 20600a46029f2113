// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "agent/registry/change_lines.hpp"
#include "agent/registry/registry.hpp"
#include "agent/registry/requests.hpp"

namespace sallyport {
namespace {

using Changes = std::vector<Change>;

Key key_of(const KeySpec& spec, UnixSeconds now) {
  return {.id = spec.id,
          .digest = spec.digest,
          .tenant = spec.tenant,
          .user = spec.user,
          .env = spec.env,
          .reason = {},
          .created_at = now,
          .not_before = spec.not_before,
          .expires_at = spec.expires_at,
          .limit = spec.limit,
          .traffic = spec.traffic,
          .note = spec.note,
          .predecessor = {},
          .successor = {}};
}

}  // namespace

Result<Commit> Registry::create_key(const Actor& actor, const KeySpec& spec, UnixSeconds now) {
  const Key key = key_of(spec, now);
  const Act act{"create",
                ChangeKind::kKey,
                user_path(spec.tenant, spec.user),
                {},
                "for " + user_path(spec.tenant, spec.user)};
  return transact(request(actor, act, now), [&]() -> Result<Changes> {
    if (auto good = check_key(key); !good) return good.error();
    if (auto user = active_user(store_, spec.tenant, spec.user); !user) return user.error();
    if (auto put = insert_key(store_, key); !put) return put.error();
    return Changes{key};
  });
}

Result<std::vector<Key>> Registry::keys(const KeyFilter& filter) const {
  std::vector<Key> keys;
  auto visited = store_.for_each_key(filter, [&](const Key& key) { keys.push_back(key); });
  if (!visited) return visited.error();
  return keys;
}

Result<Key> Registry::get_key(std::string_view id) const {
  return known_key(store_, id);
}

Result<void> Registry::for_each_key(const std::function<void(const Key&)>& visit) const {
  return store_.for_each_key({}, visit);
}

Result<void> Registry::save_uses(std::span<const KeyUseRecord> uses) {
  return store_.save_uses(uses);
}

Result<std::uint64_t> Registry::key_count() const {
  return store_.key_count();
}

}  // namespace sallyport
