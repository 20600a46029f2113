// SPDX-License-Identifier: Apache-2.0
#include "agent/config/service_section.hpp"

#include <algorithm>
#include <optional>

#include "agent/config/scalars.hpp"
#include "agent/config/service_parts.hpp"
#include "agent/config/values.hpp"

namespace sallyport {
namespace {

constexpr std::size_t kMaxServices = 64;
constexpr std::size_t kMaxKeyHeaders = 8;
constexpr std::size_t kMaxUpgrades = 8;

/// A service, and the lines of what must differ between services.
struct ServiceDraft {
  ServiceConfig config;
  int name_line = 0;
  int listen_line = 0;
  std::optional<YamlValue> tls;
  std::optional<YamlValue> http2;
  std::optional<bool> answers_by_reset;
  bool is_kind_known = true;
};

constexpr std::array<Word<ServiceKind>, 2> kKindWords = {{
    {"tls", ServiceKind::kTls},
    {"cleartext", ServiceKind::kCleartext},
}};

constexpr std::array<Word<bool>, 2> kCondemnedWords = {{
    {"drop", false},
    {"reset", true},
}};

void read_kind(ServiceDraft& draft, const YamlValue& value) {
  const auto errors = value.errors->size();
  read_word(value, draft.config.kind, kKindWords);
  draft.is_kind_known = value.errors->size() == errors;
}

/// TLS and what comes with it are a matter of the kind, which may stand after them.
void check_tls(const ServiceDraft& draft, const YamlValue& item) {
  const bool is_service = item.node.IsMap() || item.node.IsNull();  // else that is the error
  if (!is_service || !draft.is_kind_known) return;
  if (draft.config.kind == ServiceKind::kTls) {
    if (!draft.tls) item.fail("missing field 'tls'; only a service of `kind: cleartext` has none");
  } else if (draft.tls) {
    draft.tls->fail("a cleartext service speaks no TLS: remove this, or say `kind: tls`");
  }
  if (draft.config.kind == ServiceKind::kCleartext && draft.http2 && draft.config.http2) {
    draft.http2->fail("a cleartext service speaks HTTP/1.1 alone: remove this, or say false");
  }
}

void read_claimed_user_header(ServiceConfig& service, const YamlValue& value) {
  const auto* text = scalar_of(value);
  if (text == nullptr) return;
  service.claimed_user_header = lower_case(*text);  // empty: no claim is read
  if (!text->empty()) read_header_name(value, service.claimed_user_header);
  service.claimed_user_header = lower_case(service.claimed_user_header);
}

constexpr std::array<Field<ServiceConfig>, 1> kClaimFields = {{
    {"user_header", read_claimed_user_header},
}};

constexpr std::array<Field<ServiceConfig>, 2> kForwardFields = {{
    {"user_header",
     [](ServiceConfig& s, const YamlValue& v) { read_header_name(v, s.forwarded_user_header); }},
    {"tenant_header",
     [](ServiceConfig& s, const YamlValue& v) { read_header_name(v, s.forwarded_tenant_header); }},
}};

void read_forward(ServiceDraft& draft, const YamlValue& section) {
  auto& service = draft.config;
  read_section(service, section, kForwardFields);
  if (lower_case(service.forwarded_user_header) == lower_case(service.forwarded_tenant_header)) {
    section.fail("user and tenant can't both go into " + quoted(service.forwarded_user_header));
  }
}

void read_key_headers(ServiceDraft& draft, const YamlValue& list) {
  std::vector<std::string> headers;
  for (const auto& item : list_items(list, kMaxKeyHeaders)) {
    std::string header;
    read_header_name(item, header);
    header = lower_case(header);
    if (std::find(headers.begin(), headers.end(), header) != headers.end()) {
      item.fail(quoted(header) + " is in the list already");
    }
    headers.push_back(std::move(header));
  }
  if (!headers.empty()) draft.config.key_headers = std::move(headers);
}

void read_upgrades(ServiceDraft& draft, const YamlValue& list) {
  draft.config.upgrades.clear();
  for (const auto& item : list_items(list, kMaxUpgrades, Need::kOptional)) {
    const auto* text = scalar_of(item);
    if (text == nullptr) continue;
    const std::string protocol = lower_case(*text);
    if (!is_header_name(*text)) {
      item.fail("expected the name of a protocol, such as websocket, got " + quoted(*text));
    } else if (protocol.starts_with("h2c") || protocol.starts_with("http")) {
      item.fail(quoted(*text) + " would carry requests past the checks and can't be allowed");
    } else {
      draft.config.upgrades.push_back(protocol);
    }
  }
}

void read_name(ServiceDraft& draft, const YamlValue& value) {
  draft.name_line = value.line;
  const auto* text = scalar_of(value);
  if (text == nullptr) return;
  if (is_service_name(*text)) {
    draft.config.name = *text;
  } else {
    value.fail(
        "expected 1 to 64 letters, digits, '.', '_' or '-', not starting with '.' or '-', got " +
        quoted(*text));
  }
}

constexpr std::array<Field<ServiceDraft>, 13> kServiceFields = {{
    {"name", read_name, Need::kRequired},
    {"listen",
     [](ServiceDraft& d, const YamlValue& v) {
       d.listen_line = v.line;
       read_endpoint(v, d.config.listen);
     },
     Need::kRequired},
    {"kind", read_kind},
    {"tls",
     [](ServiceDraft& d, const YamlValue& v) {
       d.tls.emplace(v);
       read_tls(d.config.tls, v);
     }},
    {"http2",
     [](ServiceDraft& d, const YamlValue& v) {
       d.http2.emplace(v);
       read_flag(v, d.config.http2);
     }},
    {"udp", [](ServiceDraft& d, const YamlValue& v) { read_flag(v, d.config.takes_udp); }},
    {"on_condemned",
     [](ServiceDraft& d, const YamlValue& v) {
       read_word(v, d.answers_by_reset.emplace(), kCondemnedWords);
     }},
    {"upstream", [](ServiceDraft& d, const YamlValue& v) { read_upstream(d.config.upstream, v); },
     Need::kRequired},
    {"key_headers", read_key_headers},
    {"upgrades", read_upgrades},
    {"claims",
     [](ServiceDraft& d, const YamlValue& v) { read_section(d.config, v, kClaimFields); }},
    {"forward", read_forward},
    {"limits", [](ServiceDraft& d, const YamlValue& v) { read_limits(d.config.http, v); }},
}};

/// The form under which the kernel knows it: both kinds of "every address" are the same one.
Endpoint declared(const Endpoint& listen) {
  return is_every_address(listen.address) ? Endpoint{Address{}, listen.port} : listen;
}

void check_differs(const ServiceDraft& earlier, const ServiceDraft& draft, const YamlValue& item) {
  const auto fail = [&](int line, const std::string& problem) {
    YamlValue{item.node, line, item.path, item.errors}.fail(problem);
  };
  if (!draft.config.name.empty() && earlier.config.name == draft.config.name) {
    fail(draft.name_line, "the name " + quoted(draft.config.name) + " is taken by line " +
                              std::to_string(earlier.name_line));
  }
  const auto listen = declared(draft.config.listen);
  if (listen.port != 0 && declared(earlier.config.listen) == listen) {
    fail(draft.listen_line, "line " + std::to_string(earlier.listen_line) + " listens on " +
                                endpoint_text(draft.config.listen) + " already");
  }
}

ServiceDraft read_service(const YamlValue& item) {
  ServiceDraft draft;
  read_section(draft, item, kServiceFields);
  check_tls(draft, item);
  auto& service = draft.config;
  service.answers_by_reset =
      draft.answers_by_reset.value_or(service.kind == ServiceKind::kCleartext);
  if (service.listen.port != 0 && service.listen == service.upstream.endpoint) {
    item.fail("the upstream " + endpoint_text(service.listen) + " is the service itself");
  }
  return draft;
}

}  // namespace

void read_services(std::vector<ServiceConfig>& into, const YamlValue& list) {
  std::vector<ServiceDraft> drafts;
  for (const auto& item : list_items(list, kMaxServices)) {
    auto draft = read_service(item);
    for (const auto& earlier : drafts) check_differs(earlier, draft, item);
    drafts.push_back(std::move(draft));
  }
  for (auto& draft : drafts) into.push_back(std::move(draft.config));
}

}  // namespace sallyport
