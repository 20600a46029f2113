// SPDX-License-Identifier: Apache-2.0
// What becomes of users and tenants, and of their keys with them.
#include <utility>

#include "agent/registry/change_lines.hpp"
#include "agent/registry/names.hpp"
#include "agent/registry/registry.hpp"
#include "agent/registry/requests.hpp"

namespace sallyport {
namespace {

using Changes = std::vector<Change>;

std::string_view verb_of(Lifecycle state) {
  switch (state) {
    case Lifecycle::kActive:
      return "resume";
    case Lifecycle::kSuspended:
      return "suspend";
    case Lifecycle::kRemoved:
      break;
  }
  return "remove";
}

Result<void> remove_keys_of(Store& store, const KeyFilter& owner, std::string_view why,
                            Changes& changes) {
  const auto first = changes.size();
  auto visited = store.for_each_key(owner, [&](const Key& key) {
    if (key.state != Standing::kRevoked) changes.emplace_back(key);
  });
  if (!visited) return visited;
  for (auto at = first; at < changes.size(); ++at) {
    auto& key = std::get<Key>(changes[at]);
    key.state = Standing::kRevoked;
    key.reason = why;
    if (auto put = store.put_key(key); !put) return put;
  }
  return {};
}

}  // namespace

Result<Commit> Registry::set_user_state(const Actor& actor, std::string_view tenant,
                                        std::string_view name, Lifecycle state,
                                        std::string_view reason, UnixSeconds now) {
  const Act act{verb_of(state), ChangeKind::kUser, user_path(tenant, name), reason};
  return transact(request(actor, act, now), [&]() -> Result<Changes> {
    if (auto good = check_text("reason", reason); !good) return good.error();
    auto found = store_.find_user(tenant, name);
    if (!found) return found.error();
    if (!*found) return no_user(tenant, name);
    User user = std::move(**found);
    if (user.state == state) return Changes{};
    user.state = state;
    if (auto put = store_.put_user(user); !put) return put.error();
    Changes changes{user};
    if (state != Lifecycle::kRemoved) return changes;
    const KeyFilter keys{.tenant = user.tenant, .user = user.name, .state = {}};
    if (auto gone = remove_keys_of(store_, keys, "user removed", changes); !gone)
      return gone.error();
    return changes;
  });
}

Result<Commit> Registry::set_tenant_state(const Actor& actor, std::string_view name,
                                          Lifecycle state, std::string_view reason,
                                          UnixSeconds now) {
  const Act act{verb_of(state), ChangeKind::kTenant, std::string(name), reason};
  return transact(request(actor, act, now), [&]() -> Result<Changes> {
    if (auto good = check_text("reason", reason); !good) return good.error();
    auto found = store_.find_tenant(name);
    if (!found) return found.error();
    if (!*found) return no_tenant(name);
    Tenant tenant = std::move(**found);
    if (tenant.state == state) return Changes{};
    if (tenant.state == Lifecycle::kRemoved) {
      return failure(Errc::kConflict, "the tenant was removed, which is for ever: " + tenant.name,
                     "create a tenant of another name");
    }
    tenant.state = state;
    if (auto put = store_.put_tenant(tenant); !put) return put.error();
    Changes changes{tenant};
    if (state != Lifecycle::kRemoved) return changes;
    auto users = store_.users(tenant.name);
    if (!users) return users.error();
    for (User& user : *users) {
      user.state = Lifecycle::kRemoved;
      if (auto put = store_.put_user(user); !put) return put.error();
      changes.emplace_back(std::move(user));
    }
    const KeyFilter keys{.tenant = tenant.name, .user = {}, .state = {}};
    if (auto gone = remove_keys_of(store_, keys, "tenant removed", changes); !gone)
      return gone.error();
    return changes;
  });
}

}  // namespace sallyport
