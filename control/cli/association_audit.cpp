// SPDX-License-Identifier: Apache-2.0
#include "control/cli/association_audit.hpp"

#include <algorithm>

namespace sallyport {
namespace {

constexpr auto kHigh = Severity::kHigh;
constexpr auto kMedium = Severity::kMedium;
constexpr auto kLow = Severity::kLow;

constexpr FindingInfo kInfos[] = {
#define X(name, code, severity, text) {code, severity, text},
    SP_FINDINGS(X)
#undef X
};

}  // namespace

const FindingInfo& info(Finding finding) noexcept {
  return kInfos[static_cast<std::size_t>(finding)];
}

std::string_view severity_word(Severity severity) noexcept {
  constexpr std::string_view kWords[] = {"low", "medium", "high"};
  return kWords[static_cast<std::size_t>(severity)];
}

void AssociationAudit::note(Finding finding, std::string subject, std::string mend) {
  Cases& cases = cases_[static_cast<std::size_t>(finding)];
  ++cases.count;
  if (cases.first.size() < most_) cases.first.push_back({std::move(subject), std::move(mend)});
}

void AssociationAudit::add(const control::v1::Tenant& tenant) {
  tenants_[tenant.name()] = tenant.state() == control::v1::LIFECYCLE_ACTIVE;
}

void AssociationAudit::add(const control::v1::User& user) {
  const auto tenant = tenants_.find(user.tenant());
  const bool is_active =
      user.state() == control::v1::LIFECYCLE_ACTIVE && (tenant == tenants_.end() || tenant->second);
  owners_[user.tenant() + "/" + user.name()].is_active = is_active;
}

void AssociationAudit::add(const control::v1::Key& key) {
  const bool has_ended = key.expires_at() != 0 && key.expires_at() <= now_;
  if (key.state() != control::v1::KEY_STATE_ACTIVE || has_ended) return;
  const std::string path = key.tenant() + "/" + key.user();
  Owner& owner = owners_[path];
  ++owner.keys;
  if (key.successor().empty()) ++owner.by_env[key.env()];
  const std::string subject = key.id() + " (" + path + ")";
  const std::string revoke = "sallyport key revoke " + key.id();
  if (!owner.is_active) note(Finding::kInactiveOwner, subject, revoke);
  if (key.expires_at() == 0) {
    note(Finding::kNoExpiry, subject, "sallyport key set " + key.id() + " --expires 90d");
  }
  if (key.last_used_at() == 0) {
    if (std::max(key.created_at(), key.not_before()) + idle_ <= now_) {
      note(Finding::kNeverUsed, subject, revoke);
    }
  } else if (key.last_used_at() + idle_ <= now_) {
    note(Finding::kUnused, subject, revoke);
  }
}

void AssociationAudit::add(const control::v1::Ban& ban) {
  if (ban.origin() != control::v1::BAN_ORIGIN_OPERATOR || ban.expires_at() != 0) return;
  if (ban.created_at() + idle_ > now_) return;
  note(Finding::kStaleBan, ban.source(), "sallyport ban remove " + ban.source());
}

void AssociationAudit::finish() {
  std::vector<std::string> paths;
  for (const auto& [path, owner] : owners_) {
    const bool has_several = std::any_of(owner.by_env.begin(), owner.by_env.end(),
                                         [](const auto& env) { return env.second > 1; });
    if (owner.keys == 0 || has_several) paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());  // the same audit twice is the same text
  for (const auto& path : paths) {
    if (owners_[path].keys == 0) {
      note(Finding::kNoKeys, path, "sallyport user remove " + path);
      continue;
    }
    const auto slash = path.find('/');
    note(Finding::kSeveralKeys, path,
         "sallyport key list --tenant " + path.substr(0, slash) + " --user " +
             path.substr(slash + 1) + " --state active");
  }
}

}  // namespace sallyport
