// SPDX-License-Identifier: Apache-2.0
#include "agent/config/service_parts.hpp"

#include "agent/config/scalars.hpp"
#include "agent/config/values.hpp"

namespace sallyport {
namespace {

constexpr std::size_t kMaxPath = 4095;
constexpr std::size_t kMaxCertificates = 256;
// The head parser keeps this many fields and no more (kMaxHeaderFields of the http layer).
constexpr std::uint64_t kMaxHeaders = 128;
constexpr DurationRange kTimeout = {std::chrono::milliseconds(1), std::chrono::hours(24)};

constexpr std::array<Field<CertificateFiles>, 2> kTlsFields = {{
    {"certificate",
     [](CertificateFiles& tls, const YamlValue& v) {
       read_text(v, tls.certificate_file, kMaxPath);
     },
     Need::kRequired},
    {"private_key",
     [](CertificateFiles& tls, const YamlValue& v) {
       read_text(v, tls.private_key_file, kMaxPath);
     },
     Need::kRequired},
}};

void read_upstream_endpoint(UpstreamConfig& upstream, const YamlValue& value) {
  read_endpoint(value, upstream.endpoint);
  if (upstream.endpoint.port != 0 && is_every_address(upstream.endpoint.address)) {
    value.fail("an upstream needs an address of its own, got " + value.quoted());
  }
}

constexpr std::array<Field<UpstreamConfig>, 4> kUpstreamFields = {{
    {"address", read_upstream_endpoint, Need::kRequired},
    {"connect_timeout",
     [](UpstreamConfig& u, const YamlValue& v) { read_duration(v, u.connect_timeout, kTimeout); }},
    {"response_timeout",
     [](UpstreamConfig& u, const YamlValue& v) { read_duration(v, u.response_timeout, kTimeout); }},
    {"max_idle_per_worker",
     [](UpstreamConfig& u, const YamlValue& v) {
       read_whole(v, u.max_idle_per_worker, {0, 65536});
     }},
}};

constexpr std::array<Field<HttpLimits>, 9> kLimitFields = {{
    {"head_bytes",
     [](HttpLimits& l, const YamlValue& v) {
       read_whole(v, l.head_bytes, {256, 1U << 20});
     }},
    {"headers",
     [](HttpLimits& l, const YamlValue& v) {
       read_whole(v, l.headers, {1, kMaxHeaders});
     }},
    {"body_bytes",
     [](HttpLimits& l, const YamlValue& v) {
       read_whole(v, l.body_bytes, {0, 1ULL << 40});
     }},
    {"streams",
     [](HttpLimits& l, const YamlValue& v) {
       read_whole(v, l.streams, {1, 1000});
     }},
    {"handshake_timeout",
     [](HttpLimits& l, const YamlValue& v) { read_duration(v, l.handshake_timeout, kTimeout); }},
    {"head_timeout",
     [](HttpLimits& l, const YamlValue& v) { read_duration(v, l.head_timeout, kTimeout); }},
    {"idle_timeout",
     [](HttpLimits& l, const YamlValue& v) { read_duration(v, l.idle_timeout, kTimeout); }},
    {"body_timeout",
     [](HttpLimits& l, const YamlValue& v) { read_duration(v, l.body_timeout, kTimeout); }},
    {"tunnel_timeout",
     [](HttpLimits& l, const YamlValue& v) { read_duration(v, l.tunnel_timeout, kTimeout); }},
}};

}  // namespace

void read_tls(std::vector<CertificateFiles>& into, const YamlValue& section) {
  const auto read_one = [&](const YamlValue& one) {
    read_section(into.emplace_back(), one, kTlsFields);
  };
  if (!section.node.IsSequence()) return read_one(section);
  for (const auto& item : list_items(section, kMaxCertificates)) read_one(item);
}

void read_upstream(UpstreamConfig& into, const YamlValue& section) {
  read_section(into, section, kUpstreamFields);
}

void read_limits(HttpLimits& into, const YamlValue& section) {
  read_section(into, section, kLimitFields);
}

}  // namespace sallyport
