// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/import.hpp"

#include <optional>
#include <utility>

#include "agent/registry/change_lines.hpp"
#include "agent/registry/key_spec.hpp"
#include "agent/registry/names.hpp"

namespace sallyport {
namespace {

const Failure kGood = {Errc::kInternal, "", ""};

Failure inactive(const std::string& what, const std::string& resume) {
  return failure(Errc::kConflict, what + " is not active", "sallyport " + resume);
}

bool is_link(std::string_view id) {
  return id.empty() || id.size() == kKeyIdLength;
}

/// What can't be of a row, whatever is in the store.
Result<void> check_row(const ImportRow& row) {
  const Key& key = row.key;
  if (auto good = check_name("tenant", key.tenant); !good) return good;
  if (auto good = check_name("user", key.user); !good) return good;
  if (!row.has_key) return {};
  Key judged = key;
  if (!row.has_id) judged.id.fill('0');
  if (auto good = check_key(judged); !good) return good;
  if (auto good = check_text("reason", key.reason); !good) return good;
  if (!is_link(key.predecessor) || !is_link(key.successor)) {
    return failure(Errc::kInvalid, "predecessor and successor are ids of 8 letters or digits");
  }
  for (const auto* text : {&key.note, &key.reason}) {
    if (text->find("spk_") == std::string::npos) continue;
    return failure(Errc::kInvalid, "there is what looks like a whole key in its note or reason",
                   "a raw key belongs into the column `key`, which is not kept");
  }
  return {};
}

}  // namespace

Result<void> Importer::run() {
  for (const auto& row : part_.rows) {
    if (auto good = check_row(row); !good) {
      refuse(row, good.error());
    } else if (auto taken = take(row); !taken) {
      return taken;
    }
  }
  return {};
}

void Importer::refuse(const ImportRow& row, Failure why) {
  report_.problems.push_back({row.line, std::move(why)});
}

Result<void> Importer::take(const ImportRow& row) {
  const Key& key = row.key;
  const std::string user = user_path(key.tenant, key.user);
  auto known = owners_.find(user);
  if (known == owners_.end()) {
    if (auto entered = enter_tenant(key.tenant); !entered) return entered;
    const Failure& tenant = owners_.at(key.tenant);
    if (!tenant.message.empty()) {
      owners_.emplace(user, tenant);
    } else if (auto entered = enter_user(key.tenant, key.user); !entered) {
      return entered;
    }
    known = owners_.find(user);
  }
  if (!known->second.message.empty()) {
    refuse(row, known->second);
    return {};
  }
  return row.has_key ? enter_key(row) : Result<void>();
}

Result<void> Importer::enter_tenant(const std::string& name) {
  if (owners_.contains(name)) return {};
  auto found = store_.find_tenant(name);
  if (!found) return found.error();
  if (*found) {
    const Lifecycle state = (*found)->state;
    Failure why = kGood;
    if (state == Lifecycle::kSuspended) why = inactive("tenant " + name, "tenant resume " + name);
    if (state == Lifecycle::kRemoved) {
      why = failure(Errc::kConflict, "tenant " + name + " was removed, which is for ever",
                    "name another tenant");
    }
    owners_.emplace(name, std::move(why));
    return {};
  }
  owners_.emplace(name, kGood);
  // Those that a part would make are unknown to the next one: they can't be counted.
  if (part_.mode == ImportMode::kCheck) return {};
  ++report_.tenants;
  Tenant tenant{.name = name, .created_at = now_};
  if (auto put = store_.put_tenant(tenant); !put) return put;
  changes_.emplace_back(std::move(tenant));
  return {};
}

Result<void> Importer::enter_user(const std::string& tenant, const std::string& name) {
  const std::string path = user_path(tenant, name);
  auto found = store_.find_user(tenant, name);
  if (!found) return found.error();
  if (*found) {
    const bool is_good = (*found)->state == Lifecycle::kActive;
    owners_.emplace(path, is_good ? kGood : inactive("user " + path, "user resume " + path));
    return {};
  }
  owners_.emplace(path, kGood);
  if (part_.mode == ImportMode::kCheck) return {};
  ++report_.users;
  User user{.tenant = tenant, .name = name, .created_at = now_};
  if (auto put = store_.put_user(user); !put) return put;
  changes_.emplace_back(std::move(user));
  return {};
}

Result<void> Importer::enter_key(const ImportRow& row) {
  auto same = store_.find_key(row.key.digest);
  if (!same) return same.error();
  if (*same) {
    const Key& there = **same;
    const std::string owner = user_path(there.tenant, there.user);
    if (there.tenant == row.key.tenant && there.user == row.key.user) {
      ++report_.present;
    } else {
      const std::string id(to_view(there.id));
      refuse(row, failure(Errc::kExists, "the key is there already, as " + id + " of " + owner,
                          "sallyport key transfer " + id + " " +
                              user_path(row.key.tenant, row.key.user)));
    }
    return {};
  }
  Key key = row.key;
  if (row.has_id) {
    auto taken = store_.find_key(to_view(key.id));
    if (!taken) return taken.error();
    if (*taken) {
      refuse(row, failure(Errc::kExists, "another key has the id " + std::string(to_view(key.id)),
                          "leave the id out, and one is made"));
      return {};
    }
  }
  ++report_.keys;
  if (part_.mode == ImportMode::kCheck) return {};
  if (!row.has_id) {
    auto id = free_id();
    if (!id) return id.error();
    key.id = *id;
  }
  if (key.created_at == 0 || key.created_at > now_) key.created_at = now_;
  if (auto put = store_.put_key(key); !put) return put;
  changes_.emplace_back(std::move(key));
  return {};
}

Result<KeyId> Importer::free_id() {
  constexpr int kTries = 8;
  for (int i = 0; i < kTries; ++i) {
    const KeyId id = part_.make_id();
    auto taken = store_.find_key(to_view(id));
    if (!taken) return taken.error();
    if (!*taken) return id;
  }
  return failure(Errc::kInternal, "the ids that are made are taken");
}

}  // namespace sallyport
