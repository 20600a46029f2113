// SPDX-License-Identifier: Apache-2.0
#include "agent/http/upgrade.hpp"

#include "agent/http/field_section.hpp"
#include "agent/http/octets.hpp"
#include "agent/http/rewrite.hpp"

namespace sallyport {

namespace {

/// The value of the only field of that name; empty where there are none or several.
std::string_view only(const HeaderFields& fields, std::string_view name) noexcept {
  std::string_view found;
  for (const HeaderField& field : fields.all()) {
    if (!iequals(field.name, name)) continue;
    if (!found.empty()) return {};
    found = field.value;
  }
  return found;
}

bool is_one_protocol(std::string_view value) noexcept {
  return !value.empty() && value.find_first_of(", \t") == std::string_view::npos;
}

bool lists_upgrade(const HeaderFields& fields) noexcept {
  for (const HeaderField& field : fields.all()) {
    if (!iequals(field.name, "connection")) continue;
    std::string_view list = field.value;
    for (auto option = next_item(list); !option.empty(); option = next_item(list)) {
      if (iequals(option, "upgrade")) return true;
    }
  }
  return false;
}

}  // namespace

std::string_view upgrade_of(const RequestHead& request) noexcept {
  if (!request.upgrade || request.minor_version == 0) return {};
  if (request.framing != Framing::kNone || request.expect_continue) return {};
  const std::string_view protocol = only(request.fields, "upgrade");
  return is_one_protocol(protocol) ? protocol : std::string_view{};
}

bool switches_to(const ResponseHead& response, std::string_view protocol) noexcept {
  return !protocol.empty() && response.status == 101 && response.minor_version == 1 &&
         lists_upgrade(response.fields) && iequals(only(response.fields, "upgrade"), protocol);
}

void write_switching_head(const ResponseHead& response, std::string_view protocol,
                          std::string& out) {
  write_downstream_head(response, Framing::kNone, true, out);
  out.resize(out.size() - 2);  // before the empty line
  ((out += "Connection: upgrade\r\nUpgrade: ") += protocol) += "\r\n\r\n";
}

}  // namespace sallyport
