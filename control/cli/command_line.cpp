// SPDX-License-Identifier: Apache-2.0
#include "control/cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "control/cli/manual.hpp"
#include "control/cli/usage.hpp"

namespace sallyport {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(separator, at), text.size());
    parts.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

/// "spk_<env>_<id>_<secret>…", wherever in the argument. What a key is exactly is the agent's to
/// know: this errs on the side of refusing.
bool holds_raw_key(const std::string& argument) {
  constexpr std::size_t kPartsOfAKey = 5;
  constexpr std::size_t kLeastSecret = 20;
  const auto begin = argument.find("spk_");
  if (begin == std::string::npos) return false;
  const auto parts = split(std::string_view(argument).substr(begin), '_');
  return parts.size() >= kPartsOfAKey - 1 && parts[3].size() >= kLeastSecret;
}

/// Options are stored under their long name, so that a command need not know the short one.
void declare(CLI::App& app, const Parameter& parameter, Invocation& invocation) {
  const std::string name(long_name(parameter.name));
  const std::string help(parameter.help);
  std::string& value = invocation.values[name];
  if (parameter.kind == Parameter::Kind::kFlag) {
    app.add_flag_callback(
        std::string(parameter.name), [&value] { value = "1"; }, help);
    return;
  }
  value = std::string(parameter.fallback);
  CLI::Option* option = nullptr;
  if (parameter.kind == Parameter::Kind::kPositional) {
    // CLI11 keeps '/' out of names: it is declared without one and shown with it.
    std::string plain = name;
    std::replace(plain.begin(), plain.end(), '/', '_');
    if (parameter.is_many) {
      const auto join = [&value](const std::vector<std::string>& words) {
        for (const auto& word : words) value += (value.empty() ? "" : "\n") + word;
      };
      option = app.add_option_function<std::vector<std::string>>(plain, join, help);
      option->option_text(" ");
    } else {
      option = app.add_option(plain, value, help)->required()->option_text(" ");
    }
    option->type_name(name);
  } else {
    option = app.add_option(std::string(parameter.name), value, help);
    option->type_name(std::string(parameter.placeholder));
    if (!parameter.fallback.empty()) option->capture_default_str();
  }
  if (!parameter.choices.empty()) option->check(CLI::IsMember(split(parameter.choices, '|')));
}

/// As far as the words are known ones.
CLI::App& deepest(CLI::App& app) {
  CLI::App* at = &app;
  for (auto parsed = at->get_subcommands(); !parsed.empty(); parsed = at->get_subcommands()) {
    at = parsed.front();
  }
  return *at;
}

/// CLI11 asks for a command where the word that stands there is none; name that word.
std::string wrong_command(CLI::App& app) {
  std::vector<std::string> verbs;
  for (const auto* one : deepest(app).get_subcommands({})) verbs.push_back(one->get_name());
  const std::vector<std::string_view> known(verbs.begin(), verbs.end());
  for (const auto& word : app.remaining(true)) {
    if (!word.starts_with('-')) return unknown("command", word, known);
  }
  return "a command is required";
}

/// `command` null: none was named.
std::string what_is_wrong(CLI::App& app, const CLI::ParseError& error, const Command* command) {
  if (command == nullptr) {
    const bool asks_for_command = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr &&
                                  std::string_view(error.what()).starts_with("A subcommand");
    return asks_for_command ? wrong_command(app) : error.what();
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    for (const auto& word : app.remaining(true)) {
      if (word.starts_with('-')) return unknown_option(*command, word);
    }
  }
  return error.what();
}

/// The parser for the whole table, and which of its leaves is which command.
class Parser {
 public:
  explicit Parser(CommandLine& line) {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", "sallyport " SALLYPORT_VERSION);
    app_.fallthrough();
    for (const auto& parameter : global_parameters()) declare(app_, parameter, globals_);
    for (const auto& command : commands()) add(command);
    line_ = &line;
  }

  void parse(const std::vector<std::string>& arguments) {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    try {
      app_.parse(reversed);
    } catch (const CLI::ParseError& error) {
      std::ostringstream out;
      std::ostringstream wrong;
      const int code = app_.exit(error, out, wrong);
      line_->status = code == 0 ? kDone : kError;
      line_->text = code == 0 ? out.str() : complaint(error);
      return;
    }
    for (const auto& [leaf, command] : leaves_) {
      if (!leaf->parsed()) continue;
      line_->command = command;
      line_->invocation = invocations_[leaf];
      line_->invocation.values.insert(globals_.values.begin(), globals_.values.end());
    }
  }

  Invocation& globals() { return globals_; }

 private:
  std::string complaint(const CLI::ParseError& error) {
    const auto leaf = leaves_.find(&deepest(app_));
    const Command* const command = leaf != leaves_.end() ? leaf->second : nullptr;
    const std::string remedy =
        command != nullptr ? usage_of(*command) : "sallyport --help lists the commands";
    return what_is_wrong(app_, error, command) + "\n  " + remedy;
  }
  void add(const Command& command) {
    CLI::App* at = &app_;
    std::string path;
    for (const auto& word : split(command.path, ' ')) {
      path += word + " ";
      CLI::App*& next = nodes_[path];
      if (next == nullptr) {
        if (at != &app_) at->require_subcommand(1);
        next = at->add_subcommand(word);
        next->fallthrough();
        // A group's own line in the help names its verbs.
        if (at != &app_)
          at->description(at->get_description() + (at->get_description().empty() ? "" : ", ") +
                          word);
      }
      at = next;
    }
    at->description(std::string(command.summary));
    if (!command.details.empty()) at->footer(std::string(command.details));
    leaves_[at] = &command;
    for (const auto& parameter : command.parameters) declare(*at, parameter, invocations_[at]);
  }

  CLI::App app_{"sallyport: run the edge filter for API keys", "sallyport"};
  CommandLine* line_;
  Invocation globals_;
  std::map<std::string, CLI::App*> nodes_;  // by the words down to it
  std::map<CLI::App*, const Command*> leaves_;
  std::map<CLI::App*, Invocation> invocations_;
};

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments,
                               const std::optional<std::string>& socket_variable) {
  CommandLine line;
  if (std::any_of(arguments.begin(), arguments.end(), holds_raw_key)) {
    line.status = kError;
    line.text =
        "a whole key is on the command line, where other users can see it\n"
        "  name a key by its id, the third part of it; revoke this one, it is no secret any more";
    return line;
  }
  Parser parser(line);
  if (socket_variable && !socket_variable->empty())
    parser.globals().values["--socket"] = *socket_variable;
  parser.parse(arguments);
  return line;
}

}  // namespace sallyport
