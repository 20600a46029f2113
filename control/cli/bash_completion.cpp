// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>
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

/// Each form of an option, as alternatives of a `case`: "-o,--output" → "-o|--output".
std::string pattern_of(const Parameter& parameter) {
  std::string pattern(parameter.name);
  for (char& c : pattern) {
    if (c == ',') c = '|';
  }
  return pattern;
}

/// Shell words that print what a parameter may be; nothing where only the user can know.
std::string suggestions_for(const Parameter& parameter) {
  if (!parameter.choices.empty()) return "_sallyport_words '" + words_of(parameter.choices) + "'";
  if (parameter.placeholder == "PATH") return "_sallyport_files";
  if (!parameter.names_by.empty()) return "_sallyport_names " + std::string(parameter.names_by);
  return ":";
}

constexpr std::string_view kHead =
    R"(# bash completion for sallyport; made by: sallyport completion bash
_sallyport_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
_sallyport_files() { compopt -o default; }
# The names that the agent knows, a thousand at most; none where it can't be asked.
_sallyport_names()
{
    local names
    names=$("${COMP_WORDS[0]}" "${asked[@]}" --timeout 2s "$@" 2>/dev/null |
        awk -v start="$cur" 'index($0, start) == 1' | head -n 1000)
    _sallyport_words "$names"
}
_sallyport()
{
    local cur=${COMP_WORDS[COMP_CWORD]} path="" takes="" word
    local -a asked=() places=()
    COMPREPLY=()
)";

constexpr std::string_view kTail = R"(}
complete -F _sallyport sallyport
)";

/// Sets `path` to the command so far, `places` to its arguments, `takes` to the option that the
/// word under the cursor is the value of.
std::string scan_words(std::span<const Command> all) {
  std::set<std::string> with_value;
  for (const auto& parameter : global_parameters()) with_value.insert(pattern_of(parameter));
  std::set<std::string> words;  // that are no arguments: each beginning of a command
  for (const auto& command : all) {
    for (const auto& parameter : command.parameters) {
      if (parameter.kind == Parameter::Kind::kOption) with_value.insert(pattern_of(parameter));
    }
    words.insert(std::string(command.path));
    words.insert(std::string(command.path.substr(0, command.path.find(' '))));
  }
  std::string options;
  for (const auto& pattern : with_value) options += (options.empty() ? "" : "|") + pattern;
  std::string paths;
  for (const auto& word : words) paths += (paths.empty() ? "\"" : "|\"") + word + "\"";
  return R"(    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [ -n "$takes" ]; then
            [ "$takes" = --socket ] && asked=(--socket "$word")
            takes=""
            continue
        fi
        case $word in
            )" +
         options + R"() takes=$word ;;
            -*) ;;
            *)
                case "${path:+$path }$word" in
                    )" +
         paths + R"() path="${path:+$path }$word" ;;
                    *) places+=("$word") ;;
                esac ;;
        esac
    done
)";
}

/// The value of an option. An option means the same to every command that takes it.
std::string complete_values(std::span<const Command> all) {
  std::map<std::string, std::string> by_option;
  for (const auto& parameter : global_parameters()) {
    by_option.emplace(pattern_of(parameter), suggestions_for(parameter));
  }
  for (const auto& command : all) {
    for (const auto& parameter : command.parameters) {
      if (parameter.kind != Parameter::Kind::kOption) continue;
      by_option.emplace(pattern_of(parameter), suggestions_for(parameter));
    }
  }
  std::string script = "    case $takes in\n        \"\") ;;\n";
  for (const auto& [pattern, suggestions] : by_option) {
    script += "        " + pattern + ") " + suggestions + "; return ;;\n";
  }
  return script + "    esac\n";
}

/// Where the word under the cursor begins with a hyphen, or every argument is there.
std::string complete_options(std::span<const Command> all) {
  std::string script = "    local options=\"" + options_of(global_parameters()) + "\"\n";
  script += "    case $path in\n";
  for (const auto& command : all) {
    const std::string own = options_of(command.parameters);
    if (own.empty()) continue;
    script += "        \"" + std::string(command.path) + "\") options+=\"" + own + "\" ;;\n";
  }
  return script + "    esac\n    case $cur in -*) _sallyport_words \"$options\"; return ;; esac\n";
}

/// The arguments of one command.
std::string complete_arguments(const Command& command) {
  std::string script = "        \"" + std::string(command.path) + "\")\n";
  script += "            case ${#places[@]} in\n";
  int place = 0;
  for (const auto& parameter : command.parameters) {
    if (parameter.kind != Parameter::Kind::kPositional) continue;
    script +=
        "                " + std::to_string(place++) + ") " + suggestions_for(parameter) + " ;;\n";
  }
  return script + "                *) _sallyport_words \"$options\" ;;\n            esac ;;\n";
}

/// The words that may follow `path`: the rest of a command, else its next argument.
std::string complete_words(std::span<const Command> all) {
  std::map<std::string, std::string> next;  // by the words so far
  std::set<std::string> seen;
  for (const auto& command : all) {
    const auto space = command.path.find(' ');
    const std::string first(command.path.substr(0, space));
    if (seen.insert(first).second) next[""] += first + " ";
    if (space != std::string_view::npos) {
      next[first] += std::string(command.path.substr(space + 1)) + " ";
    }
  }
  std::string script = "    case $path in\n";
  for (const auto& [path, words] : next) {
    script += "        \"" + path + "\") _sallyport_words \"" + words + "\" ;;\n";
  }
  for (const auto& command : all) script += complete_arguments(command);
  return script + "    esac\n";
}

}  // namespace

std::string make_bash_completion() {
  std::string script(kHead);
  script += scan_words(commands());
  script += complete_values(commands());
  script += complete_options(commands());
  script += complete_words(commands());
  return script + std::string(kTail);
}

}  // namespace sallyport
