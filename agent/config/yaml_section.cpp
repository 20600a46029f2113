// SPDX-License-Identifier: Apache-2.0
#include "agent/config/yaml_section.hpp"

#include <map>

#include "agent/base/nearest_name.hpp"

namespace sallyport {
namespace {

constexpr std::size_t kMaxShown = 64;  // bytes of a value that an error repeats

YamlValue child(const YamlValue& parent, const YAML::Node& node, int line, std::string_view name) {
  std::string path =
      parent.path.empty() ? std::string(name) : parent.path + "." + std::string(name);
  return {node, line, std::move(path), parent.errors};
}

int line_of(const YAML::Node& node) {
  return node.Mark().line + 1;
}

std::string unknown_field(std::string_view name, std::span<const FieldName> fields) {
  std::vector<std::string_view> known;
  for (const auto& field : fields) known.push_back(field.name);
  const auto nearest = nearest_name(name, known);
  std::string problem = "unknown field " + quoted(name);
  if (!nearest.empty()) return problem + "; did you mean '" + std::string(nearest) + "'?";
  problem += "; the fields here are ";
  for (std::size_t i = 0; i < known.size(); ++i) {
    problem += (i == 0 ? "" : ", ") + std::string(known[i]);
  }
  return problem;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string shown = "'";
  for (const char c : text.substr(0, kMaxShown)) {
    const auto byte = static_cast<unsigned char>(c);
    shown += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  return shown + (text.size() > kMaxShown ? "…'" : "'");
}

void YamlValue::fail(const std::string& problem) const {
  errors->push_back({line, path.empty() ? problem : path + ": " + problem});
}

std::string YamlValue::quoted() const {
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return sallyport::quoted(node.Scalar());
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Map:
      return "a mapping";
    default:
      return "nothing";
  }
}

std::vector<std::optional<YamlValue>> match_fields(const YamlValue& section,
                                                   std::span<const FieldName> fields) {
  // Never assigned, only made in place: assigning a YAML::Node changes the document.
  std::vector<std::optional<YamlValue>> values(fields.size());
  // A section whose lines are all commented out is null, and means its defaults.
  if (!section.node.IsMap() && !section.node.IsNull()) {
    section.fail("expected fields, got " + section.quoted());
    return values;
  }
  std::map<std::string, int> seen;  // name → line
  for (const auto& entry : section.node) {
    const int line = line_of(entry.first);
    if (!entry.first.IsScalar()) {
      child(section, entry.first, line, "").fail("a field's name must be plain text");
      continue;
    }
    const std::string& name = entry.first.Scalar();
    const auto [first, is_new] = seen.emplace(name, line);
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const FieldName& known) { return known.name == name; });
    if (!is_new) {
      YamlValue{section.node, line, section.path, section.errors}.fail(
          "field " + quoted(name) + " is here twice; the first is in line " +
          std::to_string(first->second));
    } else if (field == fields.end()) {
      YamlValue{section.node, line, section.path, section.errors}.fail(unknown_field(name, fields));
    } else {
      values[static_cast<std::size_t>(field - fields.begin())].emplace(
          child(section, entry.second, line, name));
    }
  }
  for (const auto& field : fields) {
    if (field.need == Need::kRequired && seen.count(std::string(field.name)) == 0) {
      section.fail("missing field '" + std::string(field.name) + "'");
    }
  }
  return values;
}

std::vector<YamlValue> list_items(const YamlValue& list, std::size_t most, Need need) {
  std::vector<YamlValue> items;
  if (!list.node.IsSequence()) {
    list.fail("expected a list, got " + list.quoted());
    return items;
  }
  if (list.node.size() > most || (need == Need::kRequired && list.node.size() == 0)) {
    list.fail("has " + std::to_string(list.node.size()) + " items; it takes " +
              (need == Need::kRequired ? "1" : "0") + " to " + std::to_string(most));
    return items;
  }
  for (std::size_t i = 0; i < list.node.size(); ++i) {
    const YAML::Node item = list.node[i];
    items.push_back({item, line_of(item), list.path + "[" + std::to_string(i) + "]", list.errors});
  }
  return items;
}

}  // namespace sallyport
