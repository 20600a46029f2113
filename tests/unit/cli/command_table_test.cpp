// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <sstream>
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

std::string escaped_hyphens(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '-' ? "\\-" : std::string(1, c);
  return out;
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
    EXPECT_NE(man.find("sallyport " + escaped_hyphens(std::string(command.path))),
              std::string::npos)
        << command.path;
    EXPECT_NE(completion.find("\"" + std::string(command.path) + "\")"), std::string::npos)
        << command.path;
    for (const auto& parameter : command.parameters) {
      EXPECT_NE(man.find(escaped_hyphens(usage_of(parameter))), std::string::npos)
          << parameter.name;
      if (parameter.kind == Parameter::Kind::kPositional) continue;
      EXPECT_NE(completion.find(long_name(parameter.name)), std::string::npos) << parameter.name;
    }
  }
}

TEST(CommandTableTest, TableIsAscii) {  // roff reads nothing else without being told
  const auto page = make_man_page();
  EXPECT_TRUE(std::all_of(page.begin(), page.end(),
                          [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
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
  const std::string remedy = "\n  sallyport --help lists the commands";
  EXPECT_EQ(parse({"frobnicate"}).text, "no such command: frobnicate" + remedy);
  EXPECT_EQ(parse({"key", "frobnicate", "acme"}).text, "no such command: frobnicate" + remedy);
  EXPECT_EQ(parse({"key"}).text, "a command is required" + remedy);
  EXPECT_EQ(parse({"kye"}).text, "no such command: kye; did you mean key?" + remedy);
  EXPECT_EQ(parse({"key", "rotat"}).text, "no such command: rotat; did you mean rotate?" + remedy);
}

TEST(CommandTableTest, MisuseOfACommandShowsHowItIsWritten) {
  const std::string usage =
      "\n  usage: sallyport key rotate ID [OPTION…]; sallyport key rotate --help says more";
  EXPECT_EQ(parse({"key", "rotate"}).text, "ID is required" + usage);
  EXPECT_EQ(parse({"key", "rotate", "Xy12AbCd", "--overlp=1h"}).text,
            "no such option: --overlp; did you mean --overlap?" + usage);
  EXPECT_EQ(parse({"key", "rotate", "Xy12AbCd", "--colour"}).text,
            "no such option: --colour" + usage);
  const auto text = parse({"key", "scan", "--nothing"}).text;
  EXPECT_NE(text.find("usage: sallyport key scan [FILE…]"), std::string::npos) << text;
}

TEST(CommandTableTest, NamesAreCompletedByListCommandsThatExist) {
  for (const auto& command : commands()) {
    for (const auto& parameter : command.parameters) {
      if (parameter.names_by.empty()) continue;
      std::vector<std::string> words;
      std::istringstream text{std::string(parameter.names_by)};
      for (std::string word; text >> word;) words.push_back(word);
      const auto line = parse(words);
      ASSERT_NE(line.command, nullptr) << parameter.names_by;
      EXPECT_TRUE(line.invocation.has("--quiet")) << parameter.names_by;
    }
  }
}

TEST(CommandTableTest, RawKeyIsRefusedWhereverItStandsAndNotRepeated) {
  const std::string raw = "spk_live_Xy12AbCd_abcdefghijklmnopqrstuvwxyzA_1a2B3c";
  const std::vector<std::vector<std::string>> lines = {{raw},
                                                       {"key", "show", raw},
                                                       {"status", "--x=" + raw},
                                                       {"key", "create", "a/b", "--note", raw}};
  for (const auto& arguments : lines) {
    const auto line = parse(arguments);
    EXPECT_EQ(line.command, nullptr);
    EXPECT_EQ(line.status, kError);
    EXPECT_EQ(line.text.find(raw), std::string::npos);
  }
  EXPECT_NE(parse({"key", "create", "a/b", "--note", "made by spk_tool"}).command, nullptr);
}

TEST(CommandTableTest, EmptySocketVariableIsNone) {
  EXPECT_EQ(parse_command_line({"status"}, "").invocation.value("--socket"),
            "/run/sallyport/control.sock");
}

}  // namespace
}  // namespace sallyport::test
