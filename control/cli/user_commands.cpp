// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "control/cli/command_groups.hpp"
#include "control/cli/lifecycle.hpp"
#include "control/cli/output.hpp"
#include "control/cli/rows.hpp"
#include "control/cli/values.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Stub = ControlClient::Stub;

Result<int> create(const Invocation& invocation, ControlClient& client, Output& output) {
  auto owner = parse_owner(invocation.value("TENANT/USER"));
  if (!owner) return owner.error();
  control::v1::CreateUserRequest request;
  request.set_tenant(owner->tenant);
  request.set_name(owner->user);
  auto receipt = client.call(&Stub::CreateUser, request);
  if (!receipt) return receipt.error();
  output.receipt("created user " + invocation.value("TENANT/USER"), *receipt);
  return kDone;
}

Result<int> list(const Invocation& invocation, ControlClient& client, Output& output) {
  control::v1::ListUsersRequest request;
  request.set_tenant(invocation.value("--tenant"));
  Rows rows(output, invocation, "users", {"TENANT", "USER", "STATE", "CREATED"});
  auto listed = client.list(&Stub::ListUsers, request, [&](const control::v1::User& user) {
    rows.add(
        user, user.tenant() + "/" + user.name(),
        {user.tenant(), user.name(), enum_word(*control::v1::Lifecycle_descriptor(), user.state()),
         show_time(user.created_at())});
  });
  if (!listed) return listed.error();
  rows.finish();
  return kDone;
}

template <control::v1::Lifecycle kState>
Result<int> set_state(const Invocation& invocation, ControlClient& client, Output& output) {
  const std::string& name = invocation.value("TENANT/USER");
  auto owner = parse_owner(name);
  if (!owner) return owner.error();
  control::v1::SetUserStateRequest request;
  request.set_tenant(owner->tenant);
  request.set_name(owner->user);
  return set_lifecycle(&Stub::SetUserState, std::move(request), kState, "user " + name, invocation,
                       client, output);
}

}  // namespace

std::vector<Command> user_commands() {
  return {
      {"user create",
       "create a user of a tenant",
       "",
       {{Parameter::Kind::kPositional, "TENANT/USER", "", "the user, with its tenant"}},
       create},
      {"user list", "list the users", "", {kTenantOption, kQuietList}, list},
      {"user suspend",
       "refuse all keys of a user until it is resumed",
       "In one transaction; live connections are cut before the command returns.",
       {kOwner, kReason},
       set_state<control::v1::LIFECYCLE_SUSPENDED>},
      {"user resume",
       "take a suspended user's keys again",
       "Each is what it was before: what was suspended or revoked by itself stays so.",
       {kOwner, kReason},
       set_state<control::v1::LIFECYCLE_ACTIVE>},
      {"user remove",
       "remove a user and revoke its keys",
       "The user's keys are revoked in the same transaction; their live connections are cut "
       "before the command returns.",
       {kOwner, kReason},
       set_state<control::v1::LIFECYCLE_REMOVED>},
  };
}

}  // namespace sallyport
