// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "control/cli/command_groups.hpp"
#include "control/cli/lifecycle.hpp"
#include "control/cli/output.hpp"
#include "control/cli/rows.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using control::v1::Tenant;
using Stub = ControlClient::Stub;

Result<int> create(const Invocation& invocation, ControlClient& client, Output& output) {
  control::v1::CreateTenantRequest request;
  request.set_name(invocation.value("NAME"));
  auto receipt = client.call(&Stub::CreateTenant, request);
  if (!receipt) return receipt.error();
  output.receipt("created tenant " + request.name(), *receipt);
  return kDone;
}

Result<int> list(const Invocation& invocation, ControlClient& client, Output& output) {
  Rows rows(output, invocation, "tenants", {"TENANT", "STATE", "CREATED"});
  auto listed =
      client.list(&Stub::ListTenants, control::v1::ListTenantsRequest(), [&](const Tenant& tenant) {
        rows.add(tenant, tenant.name(),
                 {tenant.name(), enum_word(*control::v1::Lifecycle_descriptor(), tenant.state()),
                  show_time(tenant.created_at())});
      });
  if (!listed) return listed.error();
  rows.finish();
  return kDone;
}

template <control::v1::Lifecycle kState>
Result<int> set_state(const Invocation& invocation, ControlClient& client, Output& output) {
  control::v1::SetTenantStateRequest request;
  request.set_name(invocation.value("NAME"));
  const std::string what = "tenant " + request.name();
  return set_lifecycle(&Stub::SetTenantState, std::move(request), kState, what, invocation, client,
                       output);
}

constexpr Parameter kName = {.kind = Parameter::Kind::kPositional,
                             .name = "NAME",
                             .placeholder = "",
                             .help = "name of the tenant",
                             .names_by = "tenant list -q"};

}  // namespace

std::vector<Command> tenant_commands() {
  return {
      {"tenant create",
       "create a tenant",
       "",
       {{Parameter::Kind::kPositional, "NAME", "", "name of the tenant"}},
       create},
      {"tenant list", "list the tenants", "", {kQuietList}, list},
      {"tenant suspend",
       "refuse all keys of a tenant until it is resumed",
       "In one transaction; live connections are cut before the command returns.",
       {kName, kReason},
       set_state<control::v1::LIFECYCLE_SUSPENDED>},
      {"tenant resume",
       "take a suspended tenant's keys again",
       "Each is what it was before: what was suspended or revoked by itself stays so.",
       {kName, kReason},
       set_state<control::v1::LIFECYCLE_ACTIVE>},
      {"tenant remove",
       "remove a tenant and its users and revoke their keys, for ever",
       "In one transaction; live connections are cut before the command returns. The name stays "
       "taken.",
       {kName, kReason},
       set_state<control::v1::LIFECYCLE_REMOVED>},
  };
}

}  // namespace sallyport
