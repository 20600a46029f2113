// SPDX-License-Identifier: Apache-2.0
#include "agent/config/values.hpp"

#include <algorithm>

#include "agent/base/nearest_name.hpp"
#include "agent/config/scalars.hpp"

namespace sallyport {
namespace {

constexpr std::uint64_t kNsPerMs = 1'000'000;

std::optional<std::chrono::milliseconds> duration_of(const YamlValue& value, DurationRange range) {
  const auto* text = scalar_of(value);
  if (text == nullptr) return std::nullopt;
  const auto duration = parse_duration(*text);
  if (!duration) {
    value.fail("expected a duration such as 500ms, 10s, 5m or 1h, got " + quoted(*text));
    return std::nullopt;
  }
  if (*duration < range.least || *duration > range.most) {
    value.fail("expected " + duration_text(range.least) + " to " + duration_text(range.most) +
               ", got " + quoted(*text));
    return std::nullopt;
  }
  return duration;
}

}  // namespace

const std::string* scalar_of(const YamlValue& value) {
  if (value.node.IsScalar()) return &value.node.Scalar();
  value.fail("expected one value, got " + value.quoted());
  return nullptr;
}

void read_text(const YamlValue& value, std::string& into, std::size_t most) {
  const auto* text = scalar_of(value);
  if (text == nullptr) return;
  const bool has_control = std::any_of(text->begin(), text->end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
  if (text->empty() || text->size() > most || has_control) {
    value.fail("expected 1 to " + std::to_string(most) + " bytes of plain text, got " +
               quoted(*text));
    return;
  }
  into = *text;
}

void read_flag(const YamlValue& value, bool& into) {
  static constexpr std::array<Word<bool>, 2> kFlags = {{{"true", true}, {"false", false}}};
  read_word(value, into, kFlags);
}

void read_duration(const YamlValue& value, std::chrono::milliseconds& into, DurationRange range) {
  if (const auto duration = duration_of(value, range)) into = *duration;
}

void read_nanoseconds(const YamlValue& value, BootNs& into, DurationRange range) {
  if (const auto duration = duration_of(value, range)) {
    into = static_cast<std::uint64_t>(duration->count()) * kNsPerMs;
  }
}

void read_endpoint(const YamlValue& value, Endpoint& into) {
  const auto* text = scalar_of(value);
  if (text == nullptr) return;
  if (const auto endpoint = parse_endpoint(*text)) {
    into = *endpoint;
  } else {
    value.fail(
        "expected an address and a port from 1 to 65535, as 192.0.2.1:8443 or "
        "[2001:db8::1]:8443, got " +
        quoted(*text));
  }
}

void read_header_name(const YamlValue& value, std::string& into) {
  // A header that says where a message goes or ends is never ours to read a key from, or to set.
  static constexpr std::array<std::string_view, 8> kFraming = {
      "connection", "content-length",    "host",   "keep-alive", "te",
      "trailer",    "transfer-encoding", "upgrade"};
  const auto* text = scalar_of(value);
  if (text == nullptr) return;
  if (!is_header_name(*text)) {
    value.fail("expected the name of a header, got " + quoted(*text));
  } else if (std::find(kFraming.begin(), kFraming.end(), lower_case(*text)) != kFraming.end()) {
    value.fail(quoted(*text) + " frames the message and can't be used for this");
  } else {
    into = *text;
  }
}

std::optional<std::uint64_t> whole_of(const YamlValue& value, Range range) {
  const auto* text = scalar_of(value);
  if (text == nullptr) return std::nullopt;
  const auto number = parse_whole(*text);
  if (!number || *number < range.least || *number > range.most) {
    value.fail("expected a whole number from " + std::to_string(range.least) + " to " +
               std::to_string(range.most) + ", got " + quoted(*text));
    return std::nullopt;
  }
  return number;
}

std::size_t word_of(const YamlValue& value, std::span<const std::string_view> words) {
  const auto* text = scalar_of(value);
  if (text == nullptr) return words.size();
  const auto word = std::find(words.begin(), words.end(), *text);
  if (word != words.end()) return static_cast<std::size_t>(word - words.begin());
  std::string problem = "expected ";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) problem += i + 1 == words.size() ? " or " : ", ";
    problem += words[i];
  }
  problem += ", got " + quoted(*text);
  const auto nearest = nearest_name(*text, words);
  if (!nearest.empty()) problem += "; did you mean '" + std::string(nearest) + "'?";
  value.fail(problem);
  return words.size();
}

}  // namespace sallyport
