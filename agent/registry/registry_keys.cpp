// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "agent/registry/change_lines.hpp"
#include "agent/registry/key_format.hpp"
#include "agent/registry/names.hpp"
#include "agent/registry/registry.hpp"
#include "agent/registry/requests.hpp"

namespace sallyport {
namespace {

using Changes = std::vector<Change>;

bool is_base62(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

Result<void> check_traffic(const TrafficLimit& limit) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
  if (std::max({limit.bytes_per_second, limit.byte_burst, limit.egress_per_second}) > kMost) {
    return failure(Errc::kInvalid, "a byte limit is at most 2^40 bytes");
  }
  if ((limit.packets_per_second == 0 && limit.packet_burst != 0) ||
      (limit.bytes_per_second == 0 && limit.byte_burst != 0)) {
    return failure(Errc::kInvalid, "a burst without a rate limits nothing", "give the rate too");
  }
  return {};
}

Result<void> check_key(const KeySpec& spec) {
  if (!std::all_of(spec.id.begin(), spec.id.end(), is_base62)) {
    return failure(Errc::kInvalid, "not a key's id: it is 8 letters or digits");
  }
  if (!is_environment(spec.env)) {
    return failure(Errc::kInvalid, "not an environment: it is 1 to 8 of a-z and 0-9");
  }
  if (spec.not_before < 0 || spec.expires_at < 0) {
    return failure(Errc::kInvalid, "a key's times can't lie before 1970");
  }
  if (spec.expires_at != 0 && spec.expires_at <= spec.not_before) {
    return failure(Errc::kInvalid, "the key would expire before it is valid");
  }
  if (auto good = check_traffic(spec.traffic); !good) return good;
  return check_text("note", spec.note);
}

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
          .note = spec.note};
}

}  // namespace

Result<User> Registry::active_user(std::string_view tenant, std::string_view name) const {
  auto owner = store_.find_tenant(tenant);
  if (!owner) return owner.error();
  if (!*owner) return no_tenant(tenant);
  auto user = store_.find_user(tenant, name);
  if (!user) return user.error();
  if (!*user) return no_user(tenant, name);
  if ((*owner)->state != Lifecycle::kActive || (*user)->state != Lifecycle::kActive) {
    return failure(Errc::kConflict, "user or tenant is not active: " + user_path(tenant, name));
  }
  return std::move(**user);
}

Result<Commit> Registry::create_key(const Actor& actor, const KeySpec& spec, UnixSeconds now) {
  if (auto good = check_key(spec); !good) return good.error();
  const Key key = key_of(spec, now);
  return transact(request(actor, "create", now), [&]() -> Result<Changes> {
    if (auto user = active_user(spec.tenant, spec.user); !user) return user.error();
    auto same_id = store_.find_key(to_view(key.id));
    if (!same_id) return same_id.error();
    auto same_digest = store_.find_key(key.digest);
    if (!same_digest) return same_digest.error();
    if (*same_id || *same_digest) {
      return failure(Errc::kExists, "the key or its id is taken already, perhaps by a revoked key");
    }
    if (auto put = store_.put_key(key); !put) return put.error();
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
  auto found = store_.find_key(id);
  if (!found) return found.error();
  if (!*found) return no_key(id);
  return std::move(**found);
}

Result<Commit> Registry::revoke_key(const Actor& actor, std::string_view id,
                                    std::string_view reason, UnixSeconds now) {
  if (auto good = check_text("reason", reason); !good) return good.error();
  return transact(request(actor, "revoke", now, reason), [&]() -> Result<Changes> {
    auto key = get_key(id);
    if (!key) return key.error();
    if (key->state == Standing::kRevoked) return Changes{};
    key->state = Standing::kRevoked;
    key->reason = reason;
    if (auto put = store_.put_key(*key); !put) return put.error();
    return Changes{std::move(*key)};
  });
}

Result<void> Registry::for_each_key(const std::function<void(const Key&)>& visit) const {
  return store_.for_each_key({}, visit);
}

Result<std::uint64_t> Registry::key_count() const {
  return store_.key_count();
}

}  // namespace sallyport
