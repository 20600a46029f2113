// SPDX-License-Identifier: Apache-2.0
#include <boost/json/object.hpp>
#include <string>

#include "control/cli/command_groups.hpp"
#include "control/cli/import_row.hpp"
#include "control/cli/key_filter.hpp"
#include "control/cli/output.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {
namespace {

using Kind = Parameter::Kind;
using Stub = ControlClient::Stub;
using control::v1::Key;

void append_cell(const std::string& text, std::string& line) {
  if (!line.empty()) line += ',';
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    line += text;
    return;
  }
  line += '"';
  for (const char c : text) line += c == '"' ? std::string("\"\"") : std::string(1, c);
  line += '"';
}

std::string csv_header() {
  std::string line;
  for (const auto& field : import_fields()) {
    if (field.get != nullptr) append_cell(std::string(field.name), line);
  }
  return line;
}

std::string csv_line(const Key& key) {
  std::string line;
  for (const auto& field : import_fields()) {
    if (field.get != nullptr) append_cell(field.get(key), line);
  }
  return line;
}

boost::json::value json_line(const Key& key) {
  auto value = to_json(key);
  for (auto it = value.as_object().begin(); it != value.as_object().end();) {
    it = find_import_field(it->key()) == nullptr ? value.as_object().erase(it) : it + 1;
  }
  return value;
}

Result<int> run(const Invocation& invocation, ControlClient& client, Output& output) {
  const auto request = key_list_request(invocation);
  if (!request) return request.error();
  const bool is_csv = invocation.value("--format") == "csv" && !output.is_json();
  client.be_patient();
  if (is_csv) output.line(csv_header());
  auto listed = client.list(&Stub::ListKeys, *request, [&](const Key& key) {
    if (is_csv) {
      output.line(csv_line(key));
    } else {
      output.json(json_line(key));
    }
  });
  if (!listed) return listed.error();
  return kDone;
}

}  // namespace

Command export_command() {
  auto parameters = key_filter_options();
  parameters.push_back(
      {Kind::kOption, "--format", "FORMAT", "how to write it", "csv", "csv|jsonl"});
  return {"export", "write out the keys, without their secrets",
          "Each with its SHA-256 and all that it may do, in a form that `import` reads: into an "
          "empty agent, it gives the same keys. Of tenants and users the names alone are there. "
          "Where it fails in the middle, the exit status is 2, and what was written is a part.",
          std::move(parameters), run};
}

}  // namespace sallyport
