// SPDX-License-Identifier: Apache-2.0
#include "agent/config/config.hpp"

#include <algorithm>

#include "agent/config/event_section.hpp"
#include "agent/config/metrics_section.hpp"
#include "agent/config/scalars.hpp"
#include "agent/config/service_section.hpp"
#include "agent/config/values.hpp"
#include "agent/config/yaml_guard.hpp"

namespace sallyport {
namespace {

constexpr std::size_t kMaxPath = 4095;
constexpr std::size_t kMaxSocketPath = 107;  // sun_path without its end
constexpr std::size_t kMaxInterfaces = 64;
constexpr std::size_t kMaxExempt = 1024;
constexpr Range kCapacity = {1, 1U << 24};
constexpr Range kPriority = {0, 65535};
constexpr Range kPerSecond = {0, 1000000};

constexpr std::array<Word<Attach>, 4> kAttachWords = {{
    {"auto", Attach::kAuto},
    {"native", Attach::kNative},
    {"dispatcher", Attach::kDispatcher},
    {"tc", Attach::kTc},
}};

constexpr std::array<Word<sp_mode>, 3> kModeWords = {{
    {"off", SP_MODE_OFF},
    {"observe", SP_MODE_OBSERVE},
    {"enforce", SP_MODE_ENFORCE},
}};

constexpr std::array<Word<std::string_view>, 7> kLogWords = {{
    {"trace", "trace"},
    {"debug", "debug"},
    {"info", "info"},
    {"warn", "warn"},
    {"error", "error"},
    {"critical", "critical"},
    {"off", "off"},
}};

constexpr std::array<Word<AccessFormat>, 2> kAccessWords = {{
    {"json", AccessFormat::kJson},
    {"combined", AccessFormat::kCombined},
}};

constexpr std::array<Field<Config>, 1> kControlFields = {{
    {"socket",
     [](Config& c, const YamlValue& v) { read_text(v, c.control_socket, kMaxSocketPath); }},
}};

constexpr std::array<Field<Config>, 3> kLogFields = {{
    {"level",
     [](Config& c, const YamlValue& v) {
       std::string_view level = "info";
       read_word(v, level, kLogWords);
       c.log_level = level;
     }},
    {"access", [](Config& c, const YamlValue& v) { read_text(v, c.access_log.file, kMaxPath); }},
    {"access_format",
     [](Config& c, const YamlValue& v) { read_word(v, c.access_log.format, kAccessWords); }},
}};

constexpr std::array<Field<OuterDoorConfig>, 4> kCapacityFields = {{
    {"connections",
     [](OuterDoorConfig& d, const YamlValue& v) { read_whole(v, d.max_connections, kCapacity); }},
    {"sources",
     [](OuterDoorConfig& d, const YamlValue& v) { read_whole(v, d.max_sources, kCapacity); }},
    {"key_slots",
     [](OuterDoorConfig& d, const YamlValue& v) { read_whole(v, d.max_key_slots, kCapacity); }},
    {"denied_keys",
     [](OuterDoorConfig& d, const YamlValue& v) { read_whole(v, d.max_denied_keys, kCapacity); }},
}};

void read_interfaces(OuterDoorConfig& door, const YamlValue& list) {
  for (const auto& item : list_items(list, kMaxInterfaces, Need::kOptional)) {
    const auto* name = scalar_of(item);
    if (name == nullptr) continue;
    const auto& names = door.interfaces;
    if (!is_interface_name(*name)) {
      item.fail("expected the name of a network interface, got " + quoted(*name));
    } else if (std::find(names.begin(), names.end(), *name) != names.end()) {
      item.fail(quoted(*name) + " is in the list already");
    } else {
      door.interfaces.push_back(*name);
    }
  }
}

void read_pin_directory(OuterDoorConfig& door, const YamlValue& value) {
  read_text(value, door.pin_directory, kMaxPath);
  if (door.pin_directory.front() != '/') {
    value.fail("expected a path from the root, got " + value.quoted());
  }
}

constexpr std::array<Field<OuterDoorConfig>, 10> kDoorFields = {{
    {"interfaces", read_interfaces},
    {"attach",
     [](OuterDoorConfig& d, const YamlValue& v) { read_word(v, d.attach, kAttachWords); }},
    {"priority",
     [](OuterDoorConfig& d, const YamlValue& v) { read_whole(v, d.priority, kPriority); }},
    {"mode", [](OuterDoorConfig& d, const YamlValue& v) { read_word(v, d.mode, kModeWords); }},
    {"required", [](OuterDoorConfig& d, const YamlValue& v) { read_flag(v, d.required); }},
    {"pin_directory", read_pin_directory},
    {"capacity",
     [](OuterDoorConfig& d, const YamlValue& v) { read_section(d, v, kCapacityFields); }},
    {"egress", [](OuterDoorConfig& d, const YamlValue& v) { read_flag(v, d.egress); }},
    {"resets_per_second",
     [](OuterDoorConfig& d, const YamlValue& v) {
       read_whole(v, d.resets_per_second, kPerSecond);
     }},
    {"events", [](OuterDoorConfig& d, const YamlValue& v) { read_events(d.events, v); }},
}};

void read_outer_door(Config& config, const YamlValue& section) {
  auto& door = config.outer_door;
  read_section(door, section, kDoorFields);
  if (door.required && door.interfaces.empty()) {
    section.fail("the outer door is required, but no interface is named");
  }
}

void read_exempt(OffenderRules& rules, const YamlValue& list) {
  for (const auto& item : list_items(list, kMaxExempt, Need::kOptional)) {
    const auto* text = scalar_of(item);
    if (text == nullptr) continue;
    if (const auto cidr = Cidr::parse(*text)) {
      rules.exempt.push_back(*cidr);
    } else {
      item.fail("expected a network such as 10.0.0.0/8 or 2001:db8::/32, without host bits, got " +
                quoted(*text));
    }
  }
}

constexpr std::chrono::milliseconds kSecond(1000);
constexpr std::chrono::hours kDay(24);

constexpr std::array<Field<OffenderRules>, 8> kOffenderFields = {{
    {"refusals",
     [](OffenderRules& r, const YamlValue& v) {
       read_whole(v, r.refusals, {1, 1000000});
     }},
    {"window",
     [](OffenderRules& r, const YamlValue& v) {
       read_nanoseconds(v, r.window_ns, {kSecond, kDay});
     }},
    {"ban",
     [](OffenderRules& r, const YamlValue& v) {
       read_nanoseconds(v, r.ban_ns, {kSecond, 30 * kDay});
     }},
    {"max_ban",
     [](OffenderRules& r, const YamlValue& v) {
       read_nanoseconds(v, r.max_ban_ns, {kSecond, 30 * kDay});
     }},
    {"guard",
     [](OffenderRules& r, const YamlValue& v) {
       read_nanoseconds(v, r.guard_ns, {0 * kSecond, 30 * kDay});
     }},
    {"settle",
     [](OffenderRules& r, const YamlValue& v) {
       read_nanoseconds(v, r.settle_ns, {0 * kSecond, kDay});
     }},
    {"exempt", read_exempt},
    {"max_sources",
     [](OffenderRules& r, const YamlValue& v) { read_whole(v, r.max_sources, kCapacity); }},
}};

void read_offenders(Config& config, const YamlValue& section) {
  auto& rules = config.offenders;
  read_section(rules, section, kOffenderFields);
  if (rules.ban_ns > rules.max_ban_ns) section.fail("ban is longer than max_ban");
}

constexpr std::array<Field<PaceRules>, 2> kPaceFields = {{
    {"per_second",
     [](PaceRules& r, const YamlValue& v) { read_whole(v, r.per_second, kPerSecond); }},
    {"burst", [](PaceRules& r, const YamlValue& v) { read_whole(v, r.burst, kPerSecond); }},
}};

constexpr std::array<Field<Config>, 9> kFields = {{
    {"store", [](Config& c, const YamlValue& v) { read_text(v, c.store_file, kMaxPath); },
     Need::kRequired},
    {"control", [](Config& c, const YamlValue& v) { read_section(c, v, kControlFields); }},
    {"workers",
     [](Config& c, const YamlValue& v) {
       read_whole(v, c.workers, {0, 1024});
     }},
    {"log", [](Config& c, const YamlValue& v) { read_section(c, v, kLogFields); }},
    {"metrics", read_metrics},
    {"outer_door", read_outer_door},
    {"services", [](Config& c, const YamlValue& v) { read_services(c.services, v); },
     Need::kRequired},
    {"offenders", read_offenders},
    {"pace", [](Config& c, const YamlValue& v) { read_section(c.pace, v, kPaceFields); }},
}};

void read_document(std::string_view yaml, ParsedConfig& parsed) {
  const YamlValue document{YAML::Load(std::string(yaml)), 1, "", &parsed.errors};
  read_section(parsed.config, document, kFields);
}

}  // namespace

ParsedConfig parse_config(std::string_view yaml) {
  ParsedConfig parsed;
  if (const auto refused = check_yaml(yaml)) {
    parsed.errors.push_back(*refused);
    return parsed;
  }
  try {
    read_document(yaml, parsed);
  } catch (const YAML::Exception& error) {
    parsed.errors.push_back({error.mark.line + 1, "not valid YAML: " + error.msg});
  }
  std::stable_sort(parsed.errors.begin(), parsed.errors.end(),
                   [](const ConfigError& a, const ConfigError& b) { return a.line < b.line; });
  return parsed;
}

}  // namespace sallyport
