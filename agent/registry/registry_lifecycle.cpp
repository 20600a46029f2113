// SPDX-License-Identifier: Apache-2.0
// What becomes of keys in the course of their life.
#include <algorithm>
#include <utility>

#include "agent/registry/change_lines.hpp"
#include "agent/registry/names.hpp"
#include "agent/registry/registry.hpp"
#include "agent/registry/requests.hpp"

namespace sallyport {
namespace {

using Changes = std::vector<Change>;

std::string_view verb_of(Standing state) {
  switch (state) {
    case Standing::kActive:
      return "resume";
    case Standing::kSuspended:
      return "suspend";
    case Standing::kRevoked:
      break;
  }
  return "revoke";
}

/// What it names, for the audit log.
std::string text_of(const KeyPatch& patch) {
  std::string text;
  const auto add = [&](const char* name, const auto& value) {
    if (value)
      text += (text.empty() ? "" : ", ") + std::string(name) + " " + std::to_string(*value);
  };
  add("end", patch.expires_at);
  add("limit", patch.per_second);
  add("burst", patch.burst);
  add("packets", patch.packets_per_second);
  add("packet burst", patch.packet_burst);
  add("bytes", patch.bytes_per_second);
  add("byte burst", patch.byte_burst);
  add("egress", patch.egress_per_second);
  if (patch.note) text += text.empty() ? "note" : ", note";
  return text;
}

bool has_ended(const Key& key, UnixSeconds now) {
  return key.expires_at != 0 && key.expires_at <= now;
}

Key successor_of(const Key& old, const KeyRotation& rotation, UnixSeconds now) {
  Key key = old;
  key.id = rotation.id;
  key.digest = rotation.digest;
  key.created_at = now;
  key.not_before = 0;
  key.expires_at = rotation.expires_at;
  key.predecessor = to_view(old.id);
  key.successor.clear();
  return key;
}

/// kConflict: it is revoked.
Result<Key> live_key(const StoreReader& store, std::string_view id) {
  auto key = known_key(store, id);
  if (!key || key->state != Standing::kRevoked) return key;
  return failure(Errc::kConflict, "the key is revoked, which is for ever: " + std::string(id),
                 "create another key for its user");
}

}  // namespace

Result<Commit> Registry::set_key_state(const Actor& actor, std::string_view id, Standing state,
                                       std::string_view reason, UnixSeconds now) {
  const Act act{verb_of(state), ChangeKind::kKey, std::string(id), reason};
  return transact(request(actor, act, now), [&]() -> Result<Changes> {
    if (auto good = check_text("reason", reason); !good) return good.error();
    auto key = state == Standing::kRevoked ? get_key(id) : live_key(store_, id);
    if (!key) return key.error();
    if (key->state == state) return Changes{};
    key->state = state;
    key->reason = state == Standing::kActive ? std::string_view() : reason;
    if (auto put = store_.put_key(*key); !put) return put.error();
    return Changes{std::move(*key)};
  });
}

Result<Commit> Registry::revoke_leaked(const Actor& actor, std::span<const KeyDigest> digests,
                                       std::string_view reason, UnixSeconds now) {
  const Act act{"report-leak", ChangeKind::kKey, std::to_string(digests.size()) + " keys", reason};
  return transact(request(actor, act, now), [&]() -> Result<Changes> {
    if (auto good = check_text("reason", reason); !good) return good.error();
    Changes changes;
    for (const auto& digest : digests) {
      auto key = store_.find_key(digest);
      if (!key) return key.error();
      if (!*key || (*key)->state == Standing::kRevoked) continue;
      (*key)->state = Standing::kRevoked;
      (*key)->reason = reason;
      if (auto put = store_.put_key(**key); !put) return put.error();
      changes.emplace_back(std::move(**key));
    }
    return changes;
  });
}

Result<Commit> Registry::update_key(const Actor& actor, std::string_view id, const KeyPatch& patch,
                                    std::string_view reason, UnixSeconds now) {
  const Act act{"set", ChangeKind::kKey, std::string(id), reason, text_of(patch)};
  return transact(request(actor, act, now), [&]() -> Result<Changes> {
    if (auto good = check_text("reason", reason); !good) return good.error();
    auto key = live_key(store_, id);
    if (!key) return key.error();
    patch.apply_to(*key);
    if (auto good = check_key(*key); !good) return good.error();
    if (auto put = store_.put_key(*key); !put) return put.error();
    return Changes{std::move(*key)};
  });
}

Result<Commit> Registry::transfer_key(const Actor& actor, std::string_view id,
                                      std::string_view tenant, std::string_view user,
                                      std::string_view reason, UnixSeconds now) {
  const Act act{"transfer", ChangeKind::kKey, std::string(id), reason,
                "to " + user_path(tenant, user)};
  return transact(request(actor, act, now), [&]() -> Result<Changes> {
    if (auto good = check_text("reason", reason); !good) return good.error();
    auto key = live_key(store_, id);
    if (!key) return key.error();
    if (auto heir = active_user(store_, tenant, user); !heir) return heir.error();
    if (key->tenant == tenant && key->user == user) return Changes{};
    key->tenant = tenant;
    key->user = user;
    if (auto put = store_.put_key(*key); !put) return put.error();
    return Changes{std::move(*key)};
  });
}

Result<Commit> Registry::rotate_key(const Actor& actor, std::string_view id,
                                    const KeyRotation& rotation, std::string_view reason,
                                    UnixSeconds now) {
  const Act act{"rotate", ChangeKind::kKey, std::string(id), reason};
  return transact(request(actor, act, now), [&]() -> Result<Changes> {
    if (auto good = check_text("reason", reason); !good) return good.error();
    auto old = live_key(store_, id);
    if (!old) return old.error();
    if (!old->successor.empty()) {
      return failure(Errc::kConflict, "the key has been rotated already: " + std::string(id),
                     "rotate its successor: " + old->successor);
    }
    if (old->state != Standing::kActive || has_ended(*old, now)) {
      return failure(Errc::kConflict, "the key is suspended or expired: " + std::string(id),
                     "create another key for its user");
    }
    if (auto user = active_user(store_, old->tenant, old->user); !user) return user.error();
    const Key fresh = successor_of(*old, rotation, now);
    if (auto good = check_key(fresh); !good) return good.error();
    old->successor = to_view(fresh.id);
    old->expires_at = old->expires_at == 0 ? rotation.overlap_ends
                                           : std::min(old->expires_at, rotation.overlap_ends);
    if (auto good = check_key(*old); !good) return good.error();
    if (auto put = insert_key(store_, fresh); !put) return put.error();
    if (auto put = store_.put_key(*old); !put) return put.error();
    return Changes{std::move(*old), fresh};
  });
}

}  // namespace sallyport
