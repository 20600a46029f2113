// SPDX-License-Identifier: Apache-2.0
#include "control/cli/command_groups.hpp"
#include "control/cli/output.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;

std::string show_door(const control::v1::Explanation::Door& door) {
  return (door.passes() ? "would pass it" : "would refuse it") +
         std::string(door.code().empty() ? "" : ": " + door.code() + ", " + door.text());
}

Result<int> explain(const Invocation& invocation, ControlClient& client, Output& output) {
  control::v1::ExplainRequest request;
  request.set_subject(invocation.value("SUBJECT"));
  request.set_service(invocation.value("--service"));
  auto answer = client.call(&ControlClient::Stub::Explain, request);
  if (!answer) return answer.error();
  if (output.is_json()) {
    output.json(to_json(*answer));
  } else {
    output.line(answer->kind() + " " + answer->subject());
    output.line("outer door      " + show_door(answer->outer()));
    output.line("inner door      " + show_door(answer->inner()));
    for (const auto& fact : answer->facts()) {
      std::string name = "  " + fact.name();
      name.resize(std::max<std::size_t>(name.size() + 1, 16), ' ');
      output.line(name + fact.value());
    }
  }
  return answer->passes() ? kDone : kNegative;
}

}  // namespace

std::vector<Command> explain_commands() {
  return {
      {"explain",
       "say what both doors would do with an address, a key or a connection, and why",
       "Exit status: 0 it would pass, 1 it would be refused, 2 it could not be explained.",
       {{Kind::kPositional, "SUBJECT", "",
         "an address, a key's id, or a connection: SOURCE:PORT or [SOURCE]:PORT"},
        {Kind::kOption, "--service", "NAME", "the service that the connection is for"}},
       explain},
  };
}

}  // namespace sallyport
