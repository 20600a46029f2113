// SPDX-License-Identifier: Apache-2.0
#include "control/cli/command_groups.hpp"
#include "control/cli/manual.hpp"
#include "control/cli/output.hpp"

namespace sallyport {
namespace {

/// Text as it is, or as the only field of an object.
int print(std::string_view field, const std::string& text, Output& output) {
  if (output.is_json()) {
    output.json(boost::json::value{{field, text}});
  } else {
    output.line(text.substr(0, text.find_last_not_of('\n') + 1));
  }
  return kDone;
}

Result<int> man(const Invocation&, ControlClient&, Output& output) {
  return print("man", make_man_page(), output);
}

Result<int> completion(const Invocation&, ControlClient&, Output& output) {
  return print("completion", make_bash_completion(), output);
}

Result<int> version(const Invocation&, ControlClient&, Output& output) {
  return print("version", SALLYPORT_VERSION, output);
}

}  // namespace

std::vector<Command> manual_commands() {
  return {
      {"man", "print the manual page", "Read it with: sallyport man | man -l -", {}, man},
      {"completion",
       "print the completion for a shell",
       "Use it with: source <(sallyport completion bash)",
       {{Parameter::Kind::kPositional, "SHELL", "", "bash", "", "bash"}},
       completion},
      {"version", "print the version of this program", "", {}, version},
  };
}

}  // namespace sallyport
