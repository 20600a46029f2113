// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/config.hpp"

namespace sallyport {

/// One value of the file, with what an error about it has to say.
struct YamlValue {
  YAML::Node node;
  int line = 0;      // 1-based
  std::string path;  // "services[0].listen"; empty: the whole file
  std::vector<ConfigError>* errors = nullptr;

  /// Notes "path: problem" at this line.
  void fail(const std::string& problem) const;
  /// The value as it may be printed: shortened, without control characters, in quotes.
  [[nodiscard]] std::string quoted() const;
};

[[nodiscard]] std::string quoted(std::string_view text);

enum class Need { kOptional, kRequired };

/// One field of a section: the one list of them is parser, check for unknown names and
/// suggestion at once.
template <class Section>
struct Field {
  std::string_view name;
  void (*read)(Section& into, const YamlValue& value);
  Need need = Need::kOptional;
};

struct FieldName {
  std::string_view name;
  Need need;
};

/// The values of `section` in the order of `fields`, nullopt where the field is absent.
/// Notes unknown, repeated and missing fields, and a section that is no mapping.
[[nodiscard]] std::vector<std::optional<YamlValue>> match_fields(const YamlValue& section,
                                                                 std::span<const FieldName> fields);

/// Reads what is there into `into`, which holds the defaults.
template <class Section, std::size_t kCount>
void read_section(Section& into, const YamlValue& section,
                  const std::array<Field<Section>, kCount>& fields) {
  std::array<FieldName, kCount> names;
  std::transform(fields.begin(), fields.end(), names.begin(), [](const Field<Section>& field) {
    return FieldName{field.name, field.need};
  });
  const auto values = match_fields(section, names);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i]) fields[i].read(into, *values[i]);
  }
}

/// The items of a list of 1 to `most` items (0 to `most` where `need` is optional).
[[nodiscard]] std::vector<YamlValue> list_items(const YamlValue& list, std::size_t most,
                                                Need need = Need::kRequired);

}  // namespace sallyport
