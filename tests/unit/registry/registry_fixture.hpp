// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "agent/base/key_format.hpp"
#include "agent/registry/registry.hpp"
#include "agent/registry/sqlite_store.hpp"
#include "tests/support/scratch_directory.hpp"

namespace sallyport::test {

inline const Actor kOperator{"uid 0"};
constexpr UnixSeconds kNow = 1'700'000'000;

/// A key of alice@acme whose digest is that of `raw`.
inline KeySpec spec_of(std::string_view raw, std::string user = "alice") {
  KeySpec spec;
  spec.id = make_key_id();
  spec.digest = digest_of(raw);
  spec.tenant = "acme";
  spec.user = std::move(user);
  spec.env = "live";
  return spec;
}

/// Everything that a store tells, as text: equal texts are equal stores.
inline std::string dump(const Store& store) {
  std::ostringstream out;
  out << "revision " << store.revision().value() << "\n";
  for (const auto& row : store.tenants().value()) {
    out << "tenant " << row.name << ' ' << int(row.state) << "\n";
  }
  for (const auto& row : store.users("").value()) {
    out << "user " << row.tenant << '/' << row.name << ' ' << int(row.state) << "\n";
  }
  const auto visited = store.for_each_key({}, [&](const Key& key) {
    out << "key " << to_view(key.id) << ' ' << key.tenant << '/' << key.user << ' '
        << int(key.state) << ' ' << key.reason << ' ' << key.expires_at << ' ' << key.predecessor
        << ' ' << key.successor << ' ' << key.limit.per_second << ' ' << key.note << "\n";
  });
  EXPECT_TRUE(visited);
  for (const auto& row : store.bans().value()) out << "ban " << row.source.to_string() << "\n";
  for (const auto& row : store.cidrs().value()) {
    out << "cidr " << row.rule.prefix.to_string() << ' ' << int(row.rule.action) << ' ' << row.note
        << "\n";
  }
  for (const auto& row : store.modes().value()) {
    out << "mode " << row.service << ' ' << int(row.mode) << "\n";
  }
  for (const auto& line : store.changes_since(0, 1000000).value()) {
    out << line.revision << '.' << line.sequence << ' ' << line.verb << ' ' << line.subject << "\n";
  }
  return out.str();
}

/// A store on disk, with tenant acme and users alice and bob: revision 3.
class RegistryFixture : public testing::Test {
 protected:
  void SetUp() override {
    open();
    ASSERT_TRUE(registry().create_tenant(kOperator, "acme", kNow));
    ASSERT_TRUE(registry().create_user(kOperator, "acme", "alice", kNow));
    ASSERT_TRUE(registry().create_user(kOperator, "acme", "bob", kNow));
  }

  void open() {
    auto opened = SqliteStore::open(file_);
    ASSERT_TRUE(opened) << to_string(opened.error());
    store_ = std::move(*opened);
    registry_ = std::make_unique<Registry>(*store_);
  }
  void reopen() {
    registry_.reset();
    store_.reset();
    open();
  }

  /// Its id.
  std::string add_key(std::string_view raw, const std::string& user = "alice") {
    const auto spec = spec_of(raw, user);
    const auto commit = registry().create_key(kOperator, spec, kNow);
    EXPECT_TRUE(commit) << to_string(commit.error());
    return std::string(to_view(spec.id));
  }
  Standing standing(const std::string& id) { return registry().get_key(id).value().state; }

  Registry& registry() { return *registry_; }

  ScratchDirectory scratch_;
  std::string file_ = scratch_.file("registry.db");
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<Registry> registry_;
};

}  // namespace sallyport::test
