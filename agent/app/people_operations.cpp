// SPDX-License-Identifier: Apache-2.0
// What the control API asks about tenants, users and keys.
#include "agent/app/on_strand.hpp"
#include "agent/association/key_use.hpp"

namespace sallyport {
namespace {

KeyView view_of(const Parts& parts, Key key) {
  KeyView view{.key = std::move(key)};
  if (const KeyEntry* entry = parts.index.find(view.key.digest)) {
    const KeyUse use = use_of(*entry, unix_now());
    view.last_used_at = use.at;
    view.last_source = use.source;
    view.recent_minutes = use.recent_minutes;
  }
  return view;
}

}  // namespace

Result<Receipt> AgentOperations::create_tenant(const Actor& actor, const std::string& name) {
  return on_strand([&] {
    return control_.change([&] { return parts_.registry.create_tenant(actor, name, unix_now()); });
  });
}

Result<std::vector<Tenant>> AgentOperations::tenants() {
  return on_strand([&] { return parts_.registry.tenants(); });
}

Result<Receipt> AgentOperations::set_tenant_state(const Actor& actor, const std::string& name,
                                                  Lifecycle state, const std::string& reason) {
  return on_strand([&] {
    return control_.change(
        [&] { return parts_.registry.set_tenant_state(actor, name, state, reason, unix_now()); });
  });
}

Result<Receipt> AgentOperations::create_user(const Actor& actor, const std::string& tenant,
                                             const std::string& name) {
  return on_strand([&] {
    return control_.change(
        [&] { return parts_.registry.create_user(actor, tenant, name, unix_now()); });
  });
}

Result<std::vector<User>> AgentOperations::users(const std::string& tenant) {
  return on_strand([&] { return parts_.registry.users(tenant); });
}

Result<Receipt> AgentOperations::set_user_state(const Actor& actor, const UserName& user,
                                                Lifecycle state, const std::string& reason) {
  return on_strand([&] {
    return control_.change([&] {
      return parts_.registry.set_user_state(actor, user.tenant, user.user, state, reason,
                                            unix_now());
    });
  });
}

Result<CreatedKey> AgentOperations::create_key(const Actor& actor, const KeySpec& spec) {
  return on_strand([&] { return control_.create_key(actor, spec); });
}

Result<KeyViews> AgentOperations::keys(const KeyFilter& filter, const KeyCursor& after,
                                       std::size_t most) {
  return on_strand([&]() -> Result<KeyViews> {
    auto page = parts_.registry.reader().keys_page(filter, after, most);
    if (!page) return page.error();
    KeyViews views;
    for (auto& key : page->keys) views.keys.push_back(view_of(parts_, std::move(key)));
    views.next = std::move(page->next);
    return views;
  });
}

Result<KeyView> AgentOperations::key(const std::string& id) {
  return on_strand([&]() -> Result<KeyView> {
    auto key = parts_.registry.get_key(id);
    if (!key) return key.error();
    return view_of(parts_, std::move(*key));
  });
}

Result<Receipt> AgentOperations::set_key_state(const Actor& actor, const std::string& id,
                                               Standing state, const std::string& reason) {
  return on_strand([&] {
    return control_.change(
        [&] { return parts_.registry.set_key_state(actor, id, state, reason, unix_now()); });
  });
}

Result<Receipt> AgentOperations::update_key(const Actor& actor, const std::string& id,
                                            const KeyPatch& patch, const std::string& reason) {
  return on_strand([&] {
    return control_.change(
        [&] { return parts_.registry.update_key(actor, id, patch, reason, unix_now()); });
  });
}

Result<Receipt> AgentOperations::transfer_key(const Actor& actor, const std::string& id,
                                              const UserName& heir, const std::string& reason) {
  return on_strand([&] {
    return control_.change([&] {
      return parts_.registry.transfer_key(actor, id, heir.tenant, heir.user, reason, unix_now());
    });
  });
}

Result<LeakAnswer> AgentOperations::report_leak(const Actor& actor,
                                                const std::vector<KeyDigest>& digests,
                                                const std::string& reason) {
  return on_strand([&]() -> Result<LeakAnswer> {
    LeakAnswer answer;
    auto receipt = control_.change([&] {
      auto commit = parts_.registry.revoke_leaked(actor, digests, reason, unix_now());
      if (!commit) return commit;
      for (const auto& change : commit->changes) {
        answer.revoked.emplace_back(to_view(std::get<Key>(change).id));
      }
      return commit;
    });
    if (!receipt) return receipt.error();
    answer.receipt = *receipt;
    return answer;
  });
}

Result<CreatedKey> AgentOperations::rotate_key(const Actor& actor, const std::string& id,
                                               const RotationOrder& order,
                                               const std::string& reason) {
  return on_strand([&] { return control_.rotate_key(actor, id, order, reason); });
}

}  // namespace sallyport
