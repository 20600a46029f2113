// SPDX-License-Identifier: Apache-2.0
#include <ctime>

#include "control/cli/command_groups.hpp"
#include "control/cli/output.hpp"
#include "control/cli/rows.hpp"
#include "control/cli/values.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;
using Stub = ControlClient::Stub;

Result<int> add(const Invocation& invocation, ControlClient& client, Output& output) {
  control::v1::AddBanRequest request;
  request.set_source(invocation.value("ADDRESS"));
  request.set_reason(invocation.value("--reason"));
  auto expires_at = parse_moment(invocation.value("--for"), std::time(nullptr));
  if (!expires_at) return expires_at.error();
  request.set_expires_at(*expires_at);
  auto receipt = client.call(&Stub::AddBan, request);
  if (!receipt) return receipt.error();
  const std::string until = *expires_at == 0 ? "it is removed" : show_time(*expires_at);
  output.receipt("banned " + request.source() + ", until " + until, *receipt);
  return kDone;
}

Result<int> list(const Invocation& invocation, ControlClient& client, Output& output) {
  Rows rows(output, invocation, "bans",
            {"SOURCE", "BY", "CREATED", "EXPIRES", "REFUSALS", "TIMES", "REASON"});
  auto listed = client.list(
      &Stub::ListBans, control::v1::ListBansRequest(), [&](const control::v1::Ban& ban) {
        rows.add(ban, ban.source(),
                 {ban.source(), enum_word(*control::v1::BanOrigin_descriptor(), ban.origin()),
                  show_time(ban.created_at()), show_time(ban.expires_at()),
                  std::to_string(ban.refusals()), std::to_string(ban.repetition()), ban.reason()});
      });
  if (!listed) return listed.error();
  rows.finish();
  return kDone;
}

Result<int> remove(const Invocation& invocation, ControlClient& client, Output& output) {
  control::v1::RemoveBanRequest request;
  request.set_source(invocation.value("ADDRESS"));
  auto receipt = client.call(&Stub::RemoveBan, request);
  if (!receipt) return receipt.error();
  output.receipt("lifted the ban of " + request.source(), *receipt);
  return kDone;
}

const Parameter kAddress = {Kind::kPositional, "ADDRESS", "",
                            "IPv4 address, or IPv6 address (its /64 is meant)"};

}  // namespace

std::vector<Command> ban_commands() {
  return {
      {"ban add",
       "ban a source",
       "Its live connections are cut before the command returns. Lasts until it is removed, "
       "unless --for says otherwise.",
       {kAddress,
        {Kind::kOption, "--for", "TIME", "a duration, a date, a time, or never", "never"},
        {Kind::kOption, "--reason", "TEXT", "why, for the record"}},
       add},
      {"ban list",
       "list the bans in force, of operators and of the offender policy",
       "",
       {kQuietList},
       list},
      {"ban remove", "lift a ban", "", {kAddress}, remove},
  };
}

}  // namespace sallyport
