// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"

namespace sallyport {

class ControlClient;
class Output;

/// Exit statuses of `sallyport`.
enum ExitStatus { kDone = 0, kNegative = 1, kError = 2 };

/// One argument or option of a command, as help, man page and completion show it.
struct Parameter {
  enum class Kind { kPositional, kOption, kFlag };

  Kind kind = Kind::kOption;
  std::string_view name;         // "TENANT/USER", or "--expires" (kFlag may be "-q,--quiet")
  std::string_view placeholder;  // kOption: "DURATION"
  std::string_view help;
  std::string_view fallback = {};  // kOption: the value when it is not given
  std::string_view choices = {};   // words, separated by '|'; empty: any text
  std::string_view names_by = {};  // the command that prints the names it may be, for completion
  bool is_many = false;            // kPositional: none or more words; the value has one a line
};

/// What the user typed, by `Parameter::name` (a flag's last alias without dashes is its name too).
struct Invocation {
  std::map<std::string, std::string, std::less<>> values;  // flags: "1"

  [[nodiscard]] const std::string& value(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
};

/// One verb. `run` returns an exit status, or a failure that `main` prints.
struct Command {
  std::string_view path;     // "key create"
  std::string_view summary;  // one line
  std::string_view details;  // for help and man page; may be empty
  std::vector<Parameter> parameters;
  Result<int> (*run)(const Invocation& invocation, ControlClient& client, Output& output);
};

/// Every command, in the order of the manual. The one table: parsing, help, `man`, completion
/// come from it.
[[nodiscard]] std::span<const Command> commands();

/// The options that every command takes.
[[nodiscard]] std::span<const Parameter> global_parameters();

}  // namespace sallyport
