// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/requests.hpp"

#include <utility>

#include "agent/registry/change_lines.hpp"
#include "agent/registry/names.hpp"

namespace sallyport {

std::string safe_text(std::string_view text) {
  constexpr std::string_view kPrefix = "spk_";
  const auto at = text.find(kPrefix);
  const auto shown = text.substr(0, at);
  std::string safe = check_text("text", shown) ? std::string(shown) : printable(shown);
  if (at != std::string_view::npos) safe += "spk_(not shown)";
  return safe;
}

AuditRecord request(const Actor& actor, const Act& act, UnixSeconds now) {
  AuditRecord record;
  record.at = now;
  record.actor = actor.who;
  record.verb = act.verb;
  record.kind = act.kind;
  record.subject = safe_text(act.subject);
  record.detail = safe_text(act.detail);
  record.reason = safe_text(act.reason);
  return record;
}

Failure no_tenant(std::string_view name) {
  const auto shown = printable(name);
  return failure(Errc::kNotFound, "no such tenant: " + shown,
                 "create it: sallyport tenant create " + shown);
}

Failure no_user(std::string_view tenant, std::string_view name) {
  const auto shown = user_path(printable(tenant), printable(name));
  return failure(Errc::kNotFound, "no such user: " + shown,
                 "create it: sallyport user create " + shown);
}

Failure no_key(std::string_view id) {
  return failure(Errc::kNotFound, "no such key: " + printable(id),
                 "`sallyport key list` shows the ids");
}

Result<Key> known_key(const StoreReader& store, std::string_view id) {
  auto found = store.find_key(id);
  if (!found) return found.error();
  if (!*found) return no_key(id);
  return std::move(**found);
}

Result<User> active_user(const StoreReader& store, std::string_view tenant, std::string_view name) {
  auto owner = store.find_tenant(tenant);
  if (!owner) return owner.error();
  if (!*owner) return no_tenant(tenant);
  auto user = store.find_user(tenant, name);
  if (!user) return user.error();
  if (!*user) return no_user(tenant, name);
  if ((*owner)->state != Lifecycle::kActive || (*user)->state != Lifecycle::kActive) {
    return failure(Errc::kConflict, "user or tenant is not active: " + user_path(tenant, name));
  }
  return std::move(**user);
}

Result<void> insert_key(Store& store, const Key& key) {
  auto same_id = store.find_key(to_view(key.id));
  if (!same_id) return same_id.error();
  auto same_digest = store.find_key(key.digest);
  if (!same_digest) return same_digest.error();
  if (*same_id || *same_digest) {
    return failure(Errc::kExists, "the key or its id is taken already, perhaps by a revoked key");
  }
  return store.put_key(key);
}

}  // namespace sallyport
