// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/registry.hpp"

#include <algorithm>
#include <utility>

#include "agent/registry/key_format.hpp"
#include "agent/registry/names.hpp"

namespace sallyport {
namespace {

constexpr std::string_view kOwnerRemoved = "user removed";

std::string path(std::string_view tenant, std::string_view user) {
  return std::string(tenant) + "/" + std::string(user);
}

Failure no_tenant(std::string_view name) {
  return failure(Errc::kNotFound, "no such tenant: " + std::string(name),
                 "create it: sallyport tenant create " + std::string(name));
}

Failure no_user(std::string_view tenant, std::string_view name) {
  return failure(Errc::kNotFound, "no such user: " + path(tenant, name),
                 "create it: sallyport user create " + path(tenant, name));
}

Failure no_key(std::string_view id) {
  return failure(Errc::kNotFound, "no such key: " + std::string(id),
                 "`sallyport key list` shows the ids");
}

ChangeRecord record(const Actor& actor, const char* verb, std::string subject, UnixSeconds now,
                    std::string_view reason = {}) {
  return {.revision = 0,
          .at = now,
          .actor = actor.who,
          .verb = verb,
          .subject = std::move(subject),
          .reason = std::string(reason)};
}

Result<void> check_key(const KeySpec& spec) {
  if (!is_environment(spec.env)) {
    return failure(Errc::kInvalid, "not an environment: it is 1 to 8 of a-z and 0-9");
  }
  if (spec.expires_at != 0 && spec.expires_at <= spec.not_before) {
    return failure(Errc::kInvalid, "the key would expire before it is valid");
  }
  return check_text("note", spec.note);
}

}  // namespace

Result<Commit> Registry::transact(const ChangeRecord& change, const Body& body) {
  if (auto begun = store_.begin(); !begun) return begun.error();
  auto changes = body();
  auto logged = changes ? store_.append_change(change) : Result<void>(changes.error());
  if (!logged) {
    store_.rollback();
    return logged.error();
  }
  auto revision = store_.commit();
  if (!revision) return revision.error();
  return Commit{*revision, std::move(*changes)};
}

Result<Commit> Registry::create_tenant(const Actor& actor, std::string_view name, UnixSeconds now) {
  if (auto good = check_name("tenant", name); !good) return good.error();
  const Tenant tenant{.name = std::string(name), .created_at = now};
  return transact(record(actor, "tenant.create", tenant.name, now),
                  [&]() -> Result<std::vector<Change>> {
                    auto taken = store_.find_tenant(name);
                    if (!taken) return taken.error();
                    if (*taken)
                      return failure(Errc::kExists, "tenant exists already: " + tenant.name);
                    if (auto put = store_.put_tenant(tenant); !put) return put.error();
                    return std::vector<Change>{tenant};
                  });
}

Result<std::vector<Tenant>> Registry::tenants() const {
  return store_.tenants();
}

Result<Commit> Registry::create_user(const Actor& actor, std::string_view tenant,
                                     std::string_view name, UnixSeconds now) {
  if (auto good = check_name("user", name); !good) return good.error();
  const User user{.tenant = std::string(tenant), .name = std::string(name), .created_at = now};
  return transact(record(actor, "user.create", path(tenant, name), now),
                  [&]() -> Result<std::vector<Change>> {
                    auto owner = store_.find_tenant(tenant);
                    if (!owner) return owner.error();
                    if (!*owner) return no_tenant(tenant);
                    if ((*owner)->state != Lifecycle::kActive) {
                      return failure(Errc::kConflict, "tenant is not active: " + user.tenant);
                    }
                    auto taken = store_.find_user(tenant, name);
                    if (!taken) return taken.error();
                    if (*taken)
                      return failure(Errc::kExists, "user exists already: " + path(tenant, name));
                    if (auto put = store_.put_user(user); !put) return put.error();
                    return std::vector<Change>{user};
                  });
}

Result<std::vector<User>> Registry::users(std::string_view tenant) const {
  return store_.users(tenant);
}

Result<Commit> Registry::remove_user(const Actor& actor, std::string_view tenant,
                                     std::string_view name, UnixSeconds now) {
  return transact(
      record(actor, "user.remove", path(tenant, name), now), [&]() -> Result<std::vector<Change>> {
        auto found = store_.find_user(tenant, name);
        if (!found) return found.error();
        if (!*found) return no_user(tenant, name);
        User user = std::move(**found);
        user.state = Lifecycle::kRemoved;
        if (auto put = store_.put_user(user); !put) return put.error();

        std::vector<Change> changes{user};
        auto visited = store_.for_each_key({.tenant = user.tenant, .user = user.name, .state = {}},
                                           [&](const Key& key) {
                                             if (key.state != Standing::kRevoked)
                                               changes.emplace_back(key);
                                           });
        if (!visited) return visited.error();
        for (auto& change : changes) {
          auto* key = std::get_if<Key>(&change);
          if (key == nullptr) continue;
          key->state = Standing::kRevoked;
          key->reason = kOwnerRemoved;
          if (auto put = store_.put_key(*key); !put) return put.error();
        }
        return changes;
      });
}

Result<User> Registry::active_user(std::string_view tenant, std::string_view name) const {
  auto owner = store_.find_tenant(tenant);
  if (!owner) return owner.error();
  if (!*owner) return no_tenant(tenant);
  auto user = store_.find_user(tenant, name);
  if (!user) return user.error();
  if (!*user) return no_user(tenant, name);
  if ((*owner)->state != Lifecycle::kActive || (*user)->state != Lifecycle::kActive) {
    return failure(Errc::kConflict, "user or tenant is not active: " + path(tenant, name));
  }
  return std::move(**user);
}

Result<Commit> Registry::create_key(const Actor& actor, const KeySpec& spec, UnixSeconds now) {
  if (auto good = check_key(spec); !good) return good.error();
  const Key key{.id = spec.id,
                .digest = spec.digest,
                .tenant = spec.tenant,
                .user = spec.user,
                .env = spec.env,
                .reason = {},
                .created_at = now,
                .not_before = spec.not_before,
                .expires_at = spec.expires_at,
                .limit = spec.limit,
                .note = spec.note};
  const std::string id(to_view(key.id));
  return transact(record(actor, "key.create", id, now), [&]() -> Result<std::vector<Change>> {
    if (auto user = active_user(spec.tenant, spec.user); !user) return user.error();
    auto same_id = store_.find_key(to_view(key.id));
    if (!same_id) return same_id.error();
    auto same_digest = store_.find_key(key.digest);
    if (!same_digest) return same_digest.error();
    if (*same_id || *same_digest) {
      return failure(Errc::kExists, "the key or its id is taken already, also if it was revoked");
    }
    if (auto put = store_.put_key(key); !put) return put.error();
    return std::vector<Change>{key};
  });
}

Result<std::vector<Key>> Registry::keys(const KeyFilter& filter) const {
  std::vector<Key> keys;
  auto visited = store_.for_each_key(filter, [&](const Key& key) { keys.push_back(key); });
  if (!visited) return visited.error();
  return keys;
}

Result<Key> Registry::get_key(std::string_view id) const {
  auto found = store_.find_key(id);
  if (!found) return found.error();
  if (!*found) return no_key(id);
  return std::move(**found);
}

Result<Commit> Registry::revoke_key(const Actor& actor, std::string_view id,
                                    std::string_view reason, UnixSeconds now) {
  if (auto good = check_text("reason", reason); !good) return good.error();
  auto key = get_key(id);
  if (!key) return key.error();
  if (key->state == Standing::kRevoked) {
    auto current = revision();
    if (!current) return current.error();
    return Commit{*current, {}};
  }
  key->state = Standing::kRevoked;
  key->reason = reason;
  return transact(record(actor, "key.revoke", std::string(id), now, reason),
                  [&]() -> Result<std::vector<Change>> {
                    if (auto put = store_.put_key(*key); !put) return put.error();
                    return std::vector<Change>{*key};
                  });
}

Result<Commit> Registry::add_ban(const Actor& actor, const Ban& ban, UnixSeconds now) {
  if (auto good = check_text("reason", ban.reason); !good) return good.error();
  if (ban.expires_at != 0 && ban.expires_at <= now) {
    return failure(Errc::kInvalid, "the ban would have ended already");
  }
  Ban row = ban;
  row.source = ban.source.as_source();
  row.created_at = now;
  return transact(record(actor, "ban.add", row.source.to_string(), now, ban.reason),
                  [&]() -> Result<std::vector<Change>> {
                    if (auto put = store_.put_ban(row); !put) return put.error();
                    return std::vector<Change>{row};
                  });
}

Result<Commit> Registry::remove_ban(const Actor& actor, const Address& source, UnixSeconds now) {
  const Address row = source.as_source();
  return transact(
      record(actor, "ban.remove", row.to_string(), now), [&]() -> Result<std::vector<Change>> {
        auto bans = store_.bans();
        if (!bans) return bans.error();
        const bool is_there = std::any_of(bans->begin(), bans->end(),
                                          [&](const Ban& ban) { return ban.source == row; });
        if (!is_there) {
          return failure(Errc::kNotFound, "no ban on " + row.to_string(),
                         "`sallyport ban list` shows what is banned");
        }
        if (auto erased = store_.erase_ban(row); !erased) return erased.error();
        return std::vector<Change>{BanRemoved{row}};
      });
}

Result<std::vector<Ban>> Registry::bans() const {
  return store_.bans();
}

Result<Commit> Registry::set_mode(const Actor& actor, std::string_view service, sp_mode mode,
                                  UnixSeconds now) {
  const ServiceMode row{.service = std::string(service), .mode = mode};
  return transact(record(actor, "mode.set", row.service, now),
                  [&]() -> Result<std::vector<Change>> {
                    if (auto put = store_.put_mode(row); !put) return put.error();
                    return std::vector<Change>{row};
                  });
}

Result<std::vector<ServiceMode>> Registry::modes() const {
  return store_.modes();
}

Result<Revision> Registry::revision() const {
  return store_.revision();
}

Result<void> Registry::for_each_key(const std::function<void(const Key&)>& visit) const {
  return store_.for_each_key({}, visit);
}

Result<std::uint64_t> Registry::key_count() const {
  return store_.key_count();
}

}  // namespace sallyport
