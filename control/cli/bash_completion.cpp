// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <string>

#include "control/cli/manual.hpp"

namespace sallyport {
namespace {

std::string words_of(std::string_view choices) {
  std::string words(choices);
  for (char& c : words) {
    if (c == '|') c = ' ';
  }
  return words;
}

/// Option words of a command, in long and short form.
std::string options_of(std::span<const Parameter> parameters) {
  std::string words;
  for (const auto& parameter : parameters) {
    if (parameter.kind == Parameter::Kind::kPositional) continue;
    for (const char c : parameter.name) words += c == ',' ? ' ' : c;
    words += ' ';
  }
  return words;
}

constexpr std::string_view kHead =
    R"(# bash completion for sallyport; made by: sallyport completion bash
_sallyport()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words="" path="" word skip=""
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [ -n "$skip" ]; then skip=""; continue; fi
        case $word in
            --socket|-o|--output|--timeout) skip=1 ;;
            -*) ;;
            *) path="${path:+$path }$word" ;;
        esac
    done
    case $prev in
        --socket) compopt -o default; COMPREPLY=(); return ;;
        -o|--output) COMPREPLY=($(compgen -W "table json" -- "$cur")); return ;;
    esac
)";

constexpr std::string_view kTail = R"(    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _sallyport sallyport
)";

}  // namespace

std::string make_bash_completion() {
  std::map<std::string, std::string> verbs;  // by first word
  for (const auto& command : commands()) {
    const auto space = command.path.find(' ');
    std::string& words = verbs[std::string(command.path.substr(0, space))];
    if (space != std::string_view::npos) words += std::string(command.path.substr(space + 1)) + " ";
  }
  std::string script(kHead);
  const std::string globals = options_of(global_parameters());

  for (const auto& command : commands()) {
    for (const auto& parameter : command.parameters) {
      if (parameter.kind != Parameter::Kind::kOption || parameter.choices.empty()) continue;
      script += "    [ \"$prev\" = " + std::string(parameter.name) +
                " ] && { COMPREPLY=($(compgen -W \"" + words_of(parameter.choices) +
                "\" -- \"$cur\")); return; }\n";
    }
  }
  script += "    case $path in\n        \"\") words=\"" + globals;
  for (const auto& [first, rest] : verbs) script += first + " ";
  script += "\" ;;\n";
  for (const auto& [first, rest] : verbs) {
    if (!rest.empty()) script += "        " + first + ") words=\"" + rest + "\" ;;\n";
  }
  for (const auto& command : commands()) {
    std::string words = options_of(command.parameters) + globals;
    for (const auto& parameter : command.parameters) {
      if (parameter.kind == Parameter::Kind::kPositional)
        words += words_of(parameter.choices) + " ";
    }
    script += "        \"" + std::string(command.path) + "\"*) words=\"" + words + "\" ;;\n";
  }
  return script + std::string(kTail);
}

}  // namespace sallyport
