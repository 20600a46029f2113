// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "control/cli/command_groups.hpp"
#include "control/cli/output.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;
using Stub = ControlClient::Stub;

std::string mode_word(control::v1::Mode mode) {
  return enum_word(*control::v1::Mode_descriptor(), mode);
}

void print_status(const control::v1::Status& status, Output& output) {
  output.line("sallyportd " + status.version() + ", pid " + std::to_string(status.pid()) + ", up " +
              std::to_string(status.uptime_s()) + " s, ABI " +
              std::to_string(status.abi_version()));
  output.line("registry    revision " + std::to_string(status.revision()) + ", " +
              std::to_string(status.keys()) + " keys");
  output.line("inner door  " + std::to_string(status.workers()) + " workers");
  output.line(std::string("outer door  ") +
              (status.outer_door() ? "in force" : "absent: " + status.outer_door_note()));
  for (const auto& interface : status.interfaces()) {
    output.line("  " + interface.name() + ": " + interface.attached() +
                (interface.why().empty() ? "" : " (" + interface.why() + ")"));
  }
  Table services{{"SERVICE", "LISTEN", "UPSTREAM", "MODE"}, {}};
  for (const auto& service : status.services()) {
    services.rows.push_back(
        {service.name(), service.listen(), service.upstream(), mode_word(service.mode())});
  }
  output.table(services);
  Table tables{{"TABLE", "USED", "CAPACITY", "PERCENT", "STATE"}, {}};
  for (const auto& table : status.tables()) {
    tables.rows.push_back({table.name(), std::to_string(table.used()),
                           std::to_string(table.capacity()), std::to_string(table.percent()),
                           enum_word(*control::v1::Pressure_descriptor(), table.pressure())});
  }
  output.table(tables);
}

Result<int> status(const Invocation&, ControlClient& client, Output& output) {
  auto answer = client.call(&Stub::GetStatus, control::v1::GetStatusRequest());
  if (!answer) return answer.error();
  if (output.is_json()) {
    output.json(to_json(*answer));
  } else {
    print_status(*answer, output);
  }
  return kDone;
}

/// The rows of a repeated field that are not zero.
template <class Rows, class IsZero>
void drop(Rows& rows, IsZero is_zero) {
  rows.erase(std::remove_if(rows.begin(), rows.end(), is_zero), rows.end());
}

void drop_zeroes(control::v1::Counters& counters) {
  drop(*counters.mutable_packets(),
       [](const auto& row) { return row.packets() == 0 && row.observed_packets() == 0; });
  const auto is_zero = [](const control::v1::Counters::Named& row) { return row.value() == 0; };
  drop(*counters.mutable_checks(), is_zero);
  drop(*counters.mutable_agent(), is_zero);
}

void print_counters(const control::v1::Counters& counters, Output& output) {
  Table packets{{"OUTER DOOR", "PACKETS", "BYTES", "OBSERVED", "RESETS", "MEANING"}, {}};
  for (const auto& row : counters.packets()) {
    packets.rows.push_back({row.verdict(), std::to_string(row.packets()),
                            std::to_string(row.bytes()), std::to_string(row.observed_packets()),
                            std::to_string(row.resets()), row.text()});
  }
  output.table(packets);
  const auto print = [&](const char* heading, const auto& rows) {
    Table table{{heading, "COUNT", "MEANING"}, {}};
    for (const auto& row : rows) {
      table.rows.push_back({row.name(), std::to_string(row.value()), row.text()});
    }
    output.table(table);
  };
  output.line("");
  print("INNER DOOR", counters.checks());
  output.line("");
  print("AGENT", counters.agent());
}

Result<int> counters(const Invocation& invocation, ControlClient& client, Output& output) {
  auto answer = client.call(&Stub::GetCounters, control::v1::GetCountersRequest());
  if (!answer) return answer.error();
  if (invocation.has("--nonzero")) drop_zeroes(*answer);
  if (output.is_json()) {
    output.json(to_json(*answer));
  } else {
    print_counters(*answer, output);
  }
  return kDone;
}

Result<int> mode(const Invocation& invocation, ControlClient& client, Output& output) {
  control::v1::SetModeRequest request;
  const std::string& word = invocation.value("MODE");
  request.set_mode(word == "off"       ? control::v1::MODE_OFF
                   : word == "observe" ? control::v1::MODE_OBSERVE
                                       : control::v1::MODE_ENFORCE);
  request.set_service(invocation.value("--service"));
  auto receipt = client.call(&Stub::SetMode, request);
  if (!receipt) return receipt.error();
  output.receipt("outer door of " +
                     (request.service().empty() ? std::string("every service")
                                                : "service " + request.service()) +
                     ": " + word,
                 *receipt);
  return kDone;
}

}  // namespace

std::vector<Command> status_commands() {
  return {
      {"status", "show what runs, how it is attached, and how full the tables are", "", {}, status},
      {"counters",
       "show what each door has passed and refused, by reason",
       "",
       {{Kind::kFlag, "--nonzero", "", "leave out what is zero"}},
       counters},
      {"mode",
       "switch the outer door of the services off, to observing, or to enforcing",
       "observe counts what would have been dropped and drops nothing. The inner door is not "
       "affected. The mode outlives restarts.",
       {{Kind::kPositional, "MODE", "", "off, observe or enforce", "", "off|observe|enforce"},
        {Kind::kOption, "--service", "NAME", "of this service alone"}},
       mode},
  };
}

}  // namespace sallyport
