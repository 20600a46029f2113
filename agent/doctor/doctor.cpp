// SPDX-License-Identifier: Apache-2.0
#include "agent/doctor/doctor.hpp"

#include <algorithm>
#include <filesystem>

#include "agent/base/json_text.hpp"
#include "agent/doctor/judge.hpp"
#include "agent/doctor/look.hpp"

namespace sallyport {

std::string_view word_of(Severity severity) noexcept {
  switch (severity) {
    case Severity::kNote:
      return "note";
    case Severity::kUnknown:
      return "unknown";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      break;
  }
  return "error";
}

Findings examine(const std::string& config_file, const Config& config) {
  Findings findings;
  const auto& door = config.outer_door;
  const HostFacts host = look_at_host(door.pin_directory);
  judge_host(host, door, findings);
  for (const auto& name : door.interfaces) {
    judge_interface(look_at_interface(name), host, door, findings);
  }
  for (const auto& service : config.services) {
    for (const auto& files : service.tls) {
      judge_certificate(look_at_certificate(service.name, files), unix_now(), findings);
    }
    judge_upstream(look_at_upstream(service), findings);
  }
  const auto directory = std::filesystem::absolute(config.store_file).parent_path().string();
  judge_store(look_at_file(config.store_file), look_at_file(directory), findings);
  judge_control_socket(look_at_file(config.control_socket), findings);
  judge_config_file(look_at_file(config_file), findings);
  std::stable_sort(findings.begin(), findings.end(),
                   [](const auto& a, const auto& b) { return a.severity > b.severity; });
  return findings;
}

std::string to_json(const Findings& findings) {
  std::string out = "{\"findings\":[";
  const auto field = [&out](std::string_view name, std::string_view text) {
    out += out.back() == '{' ? "\"" : ",\"";
    out += name;
    out += "\":\"";
    append_json_text(text, out);
    out += '"';
  };
  for (const auto& finding : findings) {
    if (out.back() == '}') out += ',';
    out += '{';
    field("severity", word_of(finding.severity));
    field("check", finding.check);
    field("subject", finding.subject);
    field("message", finding.message);
    field("remedy", finding.remedy);
    out += '}';
  }
  return out + "]}";
}

}  // namespace sallyport
