// SPDX-License-Identifier: Apache-2.0
#include "agent/config/yaml_guard.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <sstream>
#include <string>

namespace sallyport {
namespace {

constexpr std::size_t kMaxText = 1U << 20;  // bytes
constexpr unsigned kMaxNodes = 20000;
constexpr unsigned kMaxDepth = 16;

/// Thrown through the parser to stop it; never leaves this file.
struct Refusal {
  ConfigError error;
};

[[noreturn]] void refuse(const YAML::Mark& mark, std::string message) {
  throw Refusal{{mark.line + 1, std::move(message)}};
}

/// Sees the document pass by without building it.
class Guard final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) refuse(mark, "a second document starts here; a configuration is one");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { count(mark, anchor); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string&) override {
    count(mark, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override { count(mark, anchor); }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    enter(mark, anchor);
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    enter(mark, anchor);
  }
  void OnMapEnd() override { --depth_; }

 private:
  void count(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) {
      refuse(mark, "anchors and aliases are not supported: write the value out");
    }
    if (++nodes_ > kMaxNodes) refuse(mark, "more than 20000 values: not a configuration");
  }
  void enter(const YAML::Mark& mark, YAML::anchor_t anchor) {
    count(mark, anchor);
    if (++depth_ > kMaxDepth) refuse(mark, "nested more than 16 deep: not a configuration");
  }

  unsigned documents_ = 0;
  unsigned nodes_ = 0;
  unsigned depth_ = 0;
};

bool is_no_text(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x7f || (byte < 0x20 && c != '\n' && c != '\r' && c != '\t');
}

/// The library quotes the character that it stumbled over, which may be the end of the line.
std::string on_one_line(std::string message) {
  std::replace_if(
      message.begin(), message.end(),
      [](char c) { return is_no_text(c) || c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return message;
}

}  // namespace

std::optional<ConfigError> check_yaml(std::string_view yaml) {
  if (yaml.size() > kMaxText) {
    return ConfigError{0, "larger than 1 MiB: not a configuration"};
  }
  const auto odd = std::find_if(yaml.begin(), yaml.end(), is_no_text);
  if (odd != yaml.end()) {
    return ConfigError{static_cast<int>(std::count(yaml.begin(), odd, '\n')) + 1,
                       "has a control character: is this a text file?"};
  }
  try {
    std::istringstream stream{std::string(yaml)};
    YAML::Parser parser(stream);
    Guard guard;
    while (parser.HandleNextDocument(guard)) {
    }
  } catch (const Refusal& refusal) {
    return refusal.error;
  } catch (const YAML::Exception& error) {
    return ConfigError{error.mark.is_null() ? 0 : error.mark.line + 1,
                       "not valid YAML: " + on_one_line(error.msg)};
  }
  return std::nullopt;
}

}  // namespace sallyport
