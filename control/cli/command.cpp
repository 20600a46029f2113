// SPDX-License-Identifier: Apache-2.0
#include "control/cli/command.hpp"

#include <array>
#include <iterator>

#include "control/cli/command_groups.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;

const std::array<Parameter, 3> kGlobalParameters = {{
    {Kind::kOption, "--socket", "PATH", "control socket of the agent (or set SALLYPORT_SOCKET)",
     "/run/sallyport/control.sock", ""},
    {Kind::kOption, "-o,--output", "FORMAT", "how to print the answer", "table", "table|json"},
    {Kind::kOption, "--timeout", "DURATION", "how long to wait for the agent", "10s", ""},
}};

std::vector<Command> make_commands() {
  std::vector<Command> all;
  for (auto group :
       {tenant_commands, user_commands, key_commands, key_lifecycle_commands, leak_commands,
        import_commands, ban_commands, cidr_commands, status_commands, top_commands, event_commands,
        trace_commands, explain_commands, log_commands, doctor_commands, manual_commands}) {
    auto part = group();
    all.insert(all.end(), std::make_move_iterator(part.begin()),
               std::make_move_iterator(part.end()));
  }
  return all;
}

}  // namespace

const std::string& Invocation::value(std::string_view name) const {
  static const std::string kNone;
  const auto found = values.find(name);
  return found != values.end() ? found->second : kNone;
}

bool Invocation::has(std::string_view name) const {
  return !value(name).empty();
}

std::span<const Command> commands() {
  static const std::vector<Command> kCommands = make_commands();
  return kCommands;
}

std::span<const Parameter> global_parameters() {
  return kGlobalParameters;
}

}  // namespace sallyport
