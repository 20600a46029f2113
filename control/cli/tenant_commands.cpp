// SPDX-License-Identifier: Apache-2.0
#include "control/cli/command_groups.hpp"
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

}  // namespace

std::vector<Command> tenant_commands() {
  return {
      {"tenant create",
       "create a tenant",
       "",
       {{Parameter::Kind::kPositional, "NAME", "", "name of the tenant"}},
       create},
      {"tenant list", "list the tenants", "", {kQuietList}, list},
  };
}

}  // namespace sallyport
