// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/config/yaml_section.hpp"

namespace sallyport {

// Each reads one value of the file, or notes what is wrong with it and leaves `into` alone.

struct Range {
  std::uint64_t least;
  std::uint64_t most;
};

struct DurationRange {
  std::chrono::milliseconds least;
  std::chrono::milliseconds most;
};

template <class Enum>
struct Word {
  std::string_view text;
  Enum meaning;
};

/// The scalar's text; null when it is none, which is noted.
[[nodiscard]] const std::string* scalar_of(const YamlValue& value);

/// 1 to `most` bytes.
void read_text(const YamlValue& value, std::string& into, std::size_t most);
void read_flag(const YamlValue& value, bool& into);
void read_duration(const YamlValue& value, std::chrono::milliseconds& into, DurationRange range);
void read_nanoseconds(const YamlValue& value, BootNs& into, DurationRange range);
void read_endpoint(const YamlValue& value, Endpoint& into);
void read_header_name(const YamlValue& value, std::string& into);

/// The number, when it is a whole one in the range; else what is wrong is noted.
[[nodiscard]] std::optional<std::uint64_t> whole_of(const YamlValue& value, Range range);

template <std::unsigned_integral Number>
void read_whole(const YamlValue& value, Number& into, Range range) {
  if (const auto number = whole_of(value, range)) into = static_cast<Number>(*number);
}

/// The index of the scalar among `words`; `words.size()` when it is none of them, which is noted.
[[nodiscard]] std::size_t word_of(const YamlValue& value, std::span<const std::string_view> words);

template <class Enum, std::size_t kCount>
void read_word(const YamlValue& value, Enum& into, const std::array<Word<Enum>, kCount>& words) {
  std::array<std::string_view, kCount> texts;
  std::transform(words.begin(), words.end(), texts.begin(),
                 [](const Word<Enum>& word) { return word.text; });
  const auto index = word_of(value, texts);
  if (index < kCount) into = words[index].meaning;
}

}  // namespace sallyport
