// SPDX-License-Identifier: Apache-2.0
#include "control/cli/usage.hpp"

#include "agent/base/nearest_name.hpp"

namespace sallyport {
namespace {

/// "--quiet" and "-q" of "-q,--quiet".
void add_names(std::span<const Parameter> parameters, std::vector<std::string_view>& names) {
  for (const auto& parameter : parameters) {
    if (parameter.kind == Parameter::Kind::kPositional) continue;
    std::string_view rest = parameter.name;
    while (!rest.empty()) {
      const auto end = std::min(rest.find(','), rest.size());
      names.push_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
}

}  // namespace

std::string unknown(std::string_view what, std::string_view word,
                    std::span<const std::string_view> known) {
  std::string text = "no such " + std::string(what) + ": " + std::string(word);
  const auto nearest = nearest_name(word, known);
  return nearest.empty() ? text : text + "; did you mean " + std::string(nearest) + "?";
}

std::string unknown_option(const Command& command, std::string_view word) {
  std::vector<std::string_view> names = {"--help"};
  add_names(command.parameters, names);
  add_names(global_parameters(), names);
  return unknown("option", word.substr(0, word.find('=')), names);
}

std::string usage_of(const Command& command) {
  const std::string called = "sallyport " + std::string(command.path);
  std::string usage = "usage: " + called;
  bool has_options = false;
  for (const auto& parameter : command.parameters) {
    if (parameter.kind != Parameter::Kind::kPositional) {
      has_options = true;
    } else if (parameter.is_many) {
      usage += " [" + std::string(parameter.name) + "…]";
    } else {
      usage += " " + std::string(parameter.name);
    }
  }
  if (has_options) usage += " [OPTION…]";
  return usage + "; " + called + " --help says more";
}

}  // namespace sallyport
