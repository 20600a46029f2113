// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "control/cli/command.hpp"
#include "control/cli/command_line.hpp"
#include "control/cli/manual.hpp"

namespace sallyport::test {
namespace {

CommandLine parse(std::vector<std::string> arguments) {
  return parse_command_line(arguments, std::nullopt);
}

TEST(CommandTableTest, EveryCommandIsUniqueAndHasHelp) {
  std::set<std::string_view> paths;
  for (const auto& command : commands()) {
    EXPECT_TRUE(paths.insert(command.path).second) << command.path;
    EXPECT_FALSE(command.summary.empty()) << command.path;
    EXPECT_NE(command.run, nullptr) << command.path;
    for (const auto& parameter : command.parameters) EXPECT_FALSE(parameter.help.empty());
  }
}

TEST(CommandTableTest, ManualAndCompletionKnowEveryCommandAndOption) {
  const auto man = make_man_page();
  const auto completion = make_bash_completion();
  for (const auto& command : commands()) {
    EXPECT_NE(man.find("sallyport " + std::string(command.path)), std::string::npos)
        << command.path;
    EXPECT_NE(completion.find("\"" + std::string(command.path) + "\"*"), std::string::npos)
        << command.path;
    for (const auto& parameter : command.parameters) {
      if (parameter.kind == Parameter::Kind::kPositional) continue;
      EXPECT_NE(completion.find(long_name(parameter.name)), std::string::npos) << parameter.name;
    }
  }
}

TEST(CommandTableTest, HelpOfEveryCommandIsPrintedWithSuccess) {
  for (const auto& command : commands()) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : std::string(command.path) + " ") {
      if (c == ' ') {
        words.push_back(std::exchange(word, {}));
      } else {
        word += c;
      }
    }
    words.emplace_back("--help");
    const auto line = parse(words);
    EXPECT_EQ(line.command, nullptr);
    EXPECT_EQ(line.status, kDone) << command.path;
    EXPECT_NE(line.text.find(command.summary), std::string::npos) << line.text;
  }
}

TEST(CommandTableTest, OptionsAreStoredUnderTheirLongName) {
  const auto line = parse({"key", "create", "acme/alice", "-q", "--limit", "5/s", "-o", "json"});
  ASSERT_NE(line.command, nullptr);
  EXPECT_EQ(line.command->path, "key create");
  EXPECT_EQ(line.invocation.value("TENANT/USER"), "acme/alice");
  EXPECT_TRUE(line.invocation.has("--quiet"));
  EXPECT_EQ(line.invocation.value("--limit"), "5/s");
  EXPECT_EQ(line.invocation.value("--output"), "json");
  EXPECT_EQ(line.invocation.value("--expires"), "90d") << "a key expires unless told otherwise";
  EXPECT_FALSE(line.invocation.has("--note"));
}

TEST(CommandTableTest, GlobalOptionsMayStandAnywhere) {
  EXPECT_EQ(parse({"--socket", "/s", "status"}).invocation.value("--socket"), "/s");
  EXPECT_EQ(parse({"status", "--socket", "/s"}).invocation.value("--socket"), "/s");
  EXPECT_EQ(parse_command_line({"status"}, "/env").invocation.value("--socket"), "/env");
  EXPECT_EQ(parse_command_line({"status", "--socket", "/s"}, "/env").invocation.value("--socket"),
            "/s");
}

TEST(CommandTableTest, WrongUsageIsAnErrorThatSaysWhat) {
  const std::vector<std::vector<std::string>> bad = {
      {},
      {"nonsense"},
      {"key"},
      {"key", "create"},
      {"key", "create", "acme/alice", "extra"},
      {"key", "create", "acme/alice", "--nonsense"},
      {"key", "list", "--state", "dead"},
      {"mode", "maybe"},
      {"status", "-o", "xml"},
  };
  for (const auto& arguments : bad) {
    const auto line = parse(arguments);
    EXPECT_EQ(line.command, nullptr);
    EXPECT_EQ(line.status, kError);
    EXPECT_FALSE(line.text.empty());
  }
}

TEST(CommandTableTest, UnknownCommandIsNamed) {
  EXPECT_EQ(parse({"frobnicate"}).text, "no such command: frobnicate");
  EXPECT_EQ(parse({"key", "frobnicate", "acme"}).text, "no such command: frobnicate");
  EXPECT_EQ(parse({"key"}).text, "a command is required");
}

}  // namespace
}  // namespace sallyport::test
