// SPDX-License-Identifier: Apache-2.0
#include "agent/registry/change_lines.hpp"

namespace sallyport {
namespace {

/// Fills in what the thing that changed is.
struct Describe {
  ChangeRecord& line;

  void operator()(const Tenant& tenant) const { is(ChangeKind::kTenant, tenant.name); }
  void operator()(const User& user) const {
    is(ChangeKind::kUser, user_path(user.tenant, user.name));
  }
  void operator()(const Key& key) const {
    is(ChangeKind::kKey, std::string(to_view(key.id)));
    if (key.state == Standing::kRevoked) {
      line.verb = "revoke";
      line.reason = key.reason;
    }
  }
  void operator()(const Ban& ban) const { is(ChangeKind::kBan, ban.source.to_string()); }
  void operator()(const BanRemoved& ban) const { is(ChangeKind::kBan, ban.source.to_string()); }
  void operator()(const CidrsChanged& list) const { is(ChangeKind::kCidr, list.subject); }
  void operator()(const ServiceMode& mode) const { is(ChangeKind::kMode, mode.service); }

  void is(ChangeKind kind, std::string subject) const {
    line.kind = kind;
    line.subject = std::move(subject);
  }
};

}  // namespace

std::string user_path(std::string_view tenant, std::string_view user) {
  return std::string(tenant) + "/" + std::string(user);
}

ChangeRecord line_of(const Change& change, const AuditRecord& act) {
  ChangeRecord line;
  line.at = act.at;
  line.actor = act.actor;
  line.verb = act.verb;
  line.reason = act.reason;
  std::visit(Describe{line}, change);
  return line;
}

}  // namespace sallyport
