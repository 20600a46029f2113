// SPDX-License-Identifier: Apache-2.0
// `sallyport doctor` is `sallyportd --doctor`, shown to people: what has to be looked at (the
// configuration, the kernel's programs) is the agent's to know.
#include <algorithm>
#include <boost/json/parse.hpp>
#include <string>
#include <vector>

#include "control/cli/agent_program.hpp"
#include "control/cli/command_groups.hpp"
#include "control/cli/output.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;

struct Counts {
  std::size_t found = 0;  // that something is to be done about
  std::size_t unknown = 0;
};

bool is_ignored(std::string_view check, std::string_view ignored) {
  for (std::size_t at = 0; at <= ignored.size();) {
    const auto end = std::min(ignored.find(',', at), ignored.size());
    if (ignored.substr(at, end - at) == check) return true;
    at = end + 1;
  }
  return false;
}

std::string text_of(const boost::json::value& finding, std::string_view field) {
  return std::string(finding.at(field).as_string());
}

boost::json::array without(const boost::json::array& all, std::string_view ignored) {
  boost::json::array left;
  for (const auto& finding : all) {
    if (!is_ignored(text_of(finding, "check"), ignored)) left.push_back(finding);
  }
  return left;
}

Counts count(const boost::json::array& findings) {
  Counts counts;
  for (const auto& finding : findings) {
    const std::string severity = text_of(finding, "severity");
    counts.unknown += severity == "unknown" ? 1 : 0;
    counts.found += severity == "warning" || severity == "error" ? 1 : 0;
  }
  return counts;
}

// A finding in two lines, since sentences make no columns.
void print(const boost::json::array& findings, Output& output) {
  for (const auto& finding : findings) {
    output.line(text_of(finding, "severity") + "  " + text_of(finding, "check") + "  " +
                text_of(finding, "subject") + ": " + text_of(finding, "message"));
    output.line("    " + text_of(finding, "remedy"));
  }
  if (findings.empty())
    output.line("nothing found that keeps this host from running Sallyport well");
}

Result<int> doctor(const Invocation& invocation, ControlClient&, Output& output) {
  const auto said = ask_agent_program(invocation.value("--agent"),
                                      {"--config", invocation.value("--config"), "--doctor"});
  if (!said) return said.error();
  try {
    const auto answer = boost::json::parse(*said);
    const auto findings = without(answer.at("findings").as_array(), invocation.value("--ignore"));
    if (output.is_json()) {
      output.json(boost::json::value{{"findings", findings}});
    } else {
      print(findings, output);
    }
    const Counts counts = count(findings);
    return counts.found != 0 ? kNegative : counts.unknown != 0 ? kError : kDone;
  } catch (const std::exception&) {
    return failure(Errc::kIncompatible, "sallyportd --doctor gave no answer that is understood",
                   "are sallyport and sallyportd of one version?");
  }
}

}  // namespace

std::vector<Command> doctor_commands() {
  return {
      {"doctor",
       "look for what keeps this host from running Sallyport well",
       "Needs the configuration, no agent, and changes nothing. Looks at each interface (driver, "
       "MTU, queues, offloads, bonds and VLANs, programs of others), at what BPF needs, the clock, "
       "certificates and private keys, upstreams, and who may touch store, control socket and "
       "configuration. Exit status: 0 nothing to do, 1 something found, 2 something could not be "
       "looked at. Run it as root.",
       {{Kind::kOption, "--config", "FILE", "configuration of the agent",
         "/etc/sallyport/sallyport.yaml"},
        {Kind::kOption, "--ignore", "CHECKS", "leave out these checks (separated by commas)"},
        {Kind::kOption, "--agent", "PROGRAM", "the agent's program", "sallyportd"}},
       doctor},
  };
}

}  // namespace sallyport
