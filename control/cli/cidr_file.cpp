// SPDX-License-Identifier: Apache-2.0
#include "control/cli/cidr_file.hpp"

#include <map>
#include <optional>
#include <utility>

namespace sallyport {
namespace {

constexpr std::string_view kBlank = " \t\r";
constexpr std::size_t kMostShown = 64;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// What is shown of a line that may hold anything.
std::string shown(std::string_view text) {
  std::string out(text.substr(0, kMostShown));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return out;
}

class Parser {
 public:
  explicit Parser(CidrAction otherwise) : otherwise_(otherwise) {}

  void take(std::string_view line) {
    ++number_;
    const auto hash = line.find('#');
    const auto note = hash == std::string_view::npos ? "" : trimmed(line.substr(hash + 1));
    const auto words = trimmed(line.substr(0, hash));
    if (words.empty()) return;
    const auto space = words.find_first_of(kBlank);
    const auto action = action_of(words.substr(0, space));
    const auto text = action ? trimmed(words.substr(std::min(space, words.size()))) : words;
    const auto prefix = Cidr::parse(text);
    if (!prefix) return wrong("not a prefix: " + shown(text));
    add({{*prefix, action.value_or(otherwise_)}, std::string(note)});
  }

  ParsedCidrs parsed;

 private:
  static std::optional<CidrAction> action_of(std::string_view word) {
    if (word == "allow") return CidrAction::kAllow;
    if (word == "deny") return CidrAction::kDeny;
    return std::nullopt;
  }

  void add(CidrLine line) {
    const auto& prefix = line.rule.prefix;
    const auto [known, is_new] =
        seen_.try_emplace({prefix.base, prefix.length}, line.rule.action, number_);
    if (is_new) {
      parsed.lines.push_back(std::move(line));
    } else if (known->second.first != line.rule.action) {
      wrong(prefix.to_string() + " is allowed and denied, see line " +
            std::to_string(known->second.second));
    }
  }

  void wrong(std::string what) {
    if (parsed.errors.size() == ParsedCidrs::kMostErrors) {
      ++parsed.more_errors;
      return;
    }
    parsed.errors.push_back("line " + std::to_string(number_) + ": " + std::move(what));
  }

  CidrAction otherwise_;
  std::size_t number_ = 0;
  std::map<std::pair<Address, std::uint8_t>, std::pair<CidrAction, std::size_t>> seen_;
};

}  // namespace

ParsedCidrs parse_cidr_file(std::string_view text, CidrAction otherwise) {
  Parser parser(otherwise);
  while (!text.empty()) {
    const auto end = text.find('\n');
    parser.take(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return std::move(parser.parsed);
}

}  // namespace sallyport
