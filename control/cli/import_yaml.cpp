// SPDX-License-Identifier: Apache-2.0
// Consumers and their keys from the configurations of other gateways.
#include <charconv>
#include <map>
#include <optional>
#include <vector>

#include "control/cli/import_readers.hpp"
#include "control/cli/import_row.hpp"
#include "control/cli/yaml_walk.hpp"

namespace sallyport {
namespace {

using control::v1::ImportRow;

/// What stands at a path.
enum class Role {
  kNone,
  kUser,
  kOtherName,       // the user, where there is no better name
  kCredentialPath,  // "alice/credentials/one": the user's
  kKey,
  kTtl,
  kType,
  kTenant,
  kCredential,  // its end
  kConsumer,    // its end
};

using Roles = std::map<std::string, Role, std::less<>>;

const Roles& kong() {
  static const Roles kRoles = {
      {"/_workspace", Role::kTenant},
      {"/consumers/[]/username", Role::kUser},
      {"/consumers/[]/custom_id", Role::kOtherName},
      {"/consumers/[]/keyauth_credentials/[]/key", Role::kKey},
      {"/consumers/[]/keyauth_credentials/[]/ttl", Role::kTtl},
      {"/consumers/[]/keyauth_credentials/[]", Role::kCredential},
      {"/consumers/[]", Role::kConsumer},
      {"/keyauth_credentials/[]/consumer", Role::kUser},
      {"/keyauth_credentials/[]/consumer/username", Role::kUser},
      {"/keyauth_credentials/[]/key", Role::kKey},
      {"/keyauth_credentials/[]/ttl", Role::kTtl},
      {"/keyauth_credentials/[]", Role::kConsumer},
  };
  return kRoles;
}

const Roles& apisix() {
  static const Roles kRoles = {
      {"/consumers/[]/username", Role::kUser},
      {"/consumers/[]/id", Role::kCredentialPath},
      {"/consumers/[]/plugins/key-auth/key", Role::kKey},
      {"/consumers/[]/credentials/[]/type", Role::kType},
      {"/consumers/[]/credentials/[]/config/key", Role::kKey},
      {"/consumers/[]/credentials/[]/plugins/key-auth/key", Role::kKey},
      {"/consumers/[]/credentials/[]", Role::kCredential},
      {"/consumers/[]", Role::kConsumer},
  };
  return kRoles;
}

bool is_reference(std::string_view value) {
  return value.starts_with("{vault://") || value.starts_with("${") ||
         value.starts_with("$secret://") || value.starts_with("$env://") ||
         value.starts_with("$ENV://");
}

class ConsumerImport final : public ImportReader, private YamlVisitor {
 public:
  ConsumerImport(ImportRows& rows, const Roles& roles) : rows_(rows), roles_(roles) {}

  void feed(std::string_view part) override { text_.add(part); }
  void finish() override { text_.walk(*this); }

 private:
  [[nodiscard]] Role role_of(const std::string& path) const {
    const auto found = roles_.find(path);
    return found == roles_.end() ? Role::kNone : found->second;
  }

  void on_scalar(const std::string& path, const std::string& value, std::uint64_t line) override {
    switch (role_of(path)) {
      case Role::kUser:
        user_ = value;
        user_line_ = line;
        break;
      case Role::kOtherName:
        other_name_ = value;
        if (user_line_ == 0) user_line_ = line;
        break;
      case Role::kCredentialPath:
        if (const auto at = value.find("/credentials/"); at != std::string::npos) {
          user_ = value.substr(0, at);
        }
        break;
      case Role::kKey:
        take_key(value, line);
        break;
      case Role::kTtl:
        std::from_chars(value.data(), value.data() + value.size(), ttl_);
        break;
      case Role::kType:
        is_other_ = value != "key-auth";
        break;
      case Role::kTenant:
        tenant_ = value;
        break;
      default:
        break;
    }
  }

  void on_end(const std::string& path) override {
    const Role role = role_of(path);
    if (role == Role::kCredential || role == Role::kConsumer) end_key();
    if (role == Role::kConsumer) end_consumer();
  }

  void on_fault(std::uint64_t line, const Failure& why) override { rows_.refuse(line, why); }

  void take_key(const std::string& raw, std::uint64_t line) {
    if (is_reference(raw)) {
      return rows_.refuse(line, failure(Errc::kInvalid, "the key is a reference, not a key",
                                        "let the gateway's tool write out what it refers to"));
    }
    auto row = rows_.make(line);
    if (auto set = set_raw_key(raw, row); !set) return rows_.refuse(line, set.error());
    if (raw.size() < 16) rows_.note_short_key();
    key_ = std::move(row);
  }

  void end_key() {
    if (key_ && ttl_ > 0) key_->set_expires_at(rows_.now() + ttl_);
    if (key_ && !is_other_) keys_.push_back(std::move(*key_));
    key_.reset();
    ttl_ = 0;
    is_other_ = false;
  }

  void end_consumer() {
    if (user_.empty()) user_ = other_name_;
    if (keys_.empty() && !user_.empty()) keys_.push_back(rows_.make(user_line_));
    for (auto& row : keys_) {
      row.set_user(user_);
      if (row.tenant().empty()) row.set_tenant(tenant_);
      rows_.add(row);
    }
    keys_.clear();
    user_.clear();
    other_name_.clear();
    user_line_ = 0;
  }

  ImportRows& rows_;
  const Roles& roles_;
  YamlText text_;
  std::string tenant_;
  std::string user_;
  std::string other_name_;
  std::uint64_t user_line_ = 0;
  std::optional<ImportRow> key_;
  std::int64_t ttl_ = 0;
  bool is_other_ = false;  // a credential of another kind
  std::vector<ImportRow> keys_;
};

}  // namespace

std::unique_ptr<ImportReader> read_kong(ImportRows& rows) {
  return std::make_unique<ConsumerImport>(rows, kong());
}

std::unique_ptr<ImportReader> read_apisix(ImportRows& rows) {
  return std::make_unique<ConsumerImport>(rows, apisix());
}

}  // namespace sallyport
