// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "agent/registry/key_format.hpp"
#include "agent/service/operations.hpp"

namespace sallyport::test {

/// Operations that answer from memory and write down what they were asked, so that the way
/// between command line and agent can be tested by itself.
class RecordedOperations final : public Operations {
 public:
  std::vector<std::string> calls;
  std::optional<Failure> next_failure;  // the next call fails with it, once

  Result<Receipt> create_tenant(const Actor&, const std::string& name) override {
    return record("create_tenant " + name);
  }
  Result<std::vector<Tenant>> tenants() override {
    return list<Tenant>("tenants", {.name = "acme", .created_at = 1'800'000'000});
  }
  Result<Receipt> create_user(const Actor&, const std::string& tenant,
                              const std::string& name) override {
    return record("create_user " + tenant + " " + name);
  }
  Result<std::vector<User>> users(const std::string& tenant) override {
    return list<User>("users " + tenant, {.tenant = "acme", .name = "alice"});
  }
  Result<Receipt> remove_user(const Actor&, const std::string& tenant,
                              const std::string& name) override {
    return record("remove_user " + tenant + " " + name);
  }
  Result<CreatedKey> create_key(const Actor&, const KeySpec& spec) override {
    auto receipt = record("create_key " + spec.tenant + " " + spec.user + " " + spec.env +
                          " limit " + std::to_string(spec.limit.per_second) + " burst " +
                          std::to_string(spec.limit.burst) + " note " + spec.note);
    if (!receipt) return receipt.error();
    return CreatedKey{*receipt, some_key(), "spk_live_the-raw-key"};
  }
  Result<std::vector<Key>> keys(const KeyFilter& filter) override {
    return list<Key>("keys " + filter.tenant + " " + filter.user + " " +
                         (filter.state ? std::to_string(static_cast<int>(*filter.state)) : "any"),
                     some_key());
  }
  Result<Key> key(const std::string& id) override {
    auto asked = record("key " + id);
    if (!asked) return asked.error();
    return some_key();
  }
  Result<Receipt> revoke_key(const Actor&, const std::string& id,
                             const std::string& reason) override {
    return record("revoke_key " + id + " " + reason);
  }
  Result<Receipt> add_ban(const Actor&, const Ban& ban) override {
    return record("add_ban " + ban.source.to_string() + " " + ban.reason);
  }
  Result<Receipt> remove_ban(const Actor&, const Address& source) override {
    return record("remove_ban " + source.to_string());
  }
  Result<std::vector<BanView>> bans() override {
    return list<BanView>("bans", {.source = *Address::parse("192.0.2.7"),
                                  .origin = BanOrigin::kOffender,
                                  .reason = "kept presenting refused keys",
                                  .refusals = 10,
                                  .repetition = 2});
  }
  Result<StatusView> status() override {
    auto asked = record("status");
    if (!asked) return asked.error();
    StatusView view;
    view.version = "0.1.0";
    view.interfaces = {{"eth0", "tc", "the driver has no native XDP"}};
    view.services = {{"api", "0.0.0.0:8443", "127.0.0.1:9000", SP_MODE_OBSERVE}};
    view.tables = {{"sources", 3, 65536}};
    return view;
  }
  Result<CountersView> counters() override {
    auto asked = record("counters");
    if (!asked) return asked.error();
    CountersView view;
    view.packets = {{"DROP_KEY_REVOKED", "connection of a revoked key", {5, 500, 0, 0}},
                    {"PASS_BOUND", "connection of a key in good standing", {}}};
    view.checks = {{"allowed", "every check passed", 9}};
    view.agent = {{"connections", "connections accepted", 2}};
    return view;
  }
  Result<Receipt> set_mode(const Actor&, const std::string& service, sp_mode mode) override {
    return record("set_mode " + service + " " + std::to_string(mode));
  }

 private:
  static Key some_key() {
    Key key;
    std::memcpy(key.id.data(), "Xy12AbCd", key.id.size());
    key.tenant = "acme";
    key.user = "alice";
    key.env = "live";
    return key;
  }

  Result<Receipt> record(std::string call) {
    calls.push_back(std::move(call));
    if (next_failure) return *std::exchange(next_failure, std::nullopt);
    return Receipt{.revision = 7, .kernel_done = true, .terminator_done = true, .keys = 1};
  }

  template <class T>
  Result<std::vector<T>> list(std::string call, T row) {
    auto asked = record(std::move(call));
    if (!asked) return asked.error();
    return std::vector<T>{std::move(row)};
  }
};

}  // namespace sallyport::test
