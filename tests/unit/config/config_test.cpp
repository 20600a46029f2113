// SPDX-License-Identifier: Apache-2.0
#include "agent/config/config.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/unit/config/config_text.hpp"

namespace sallyport::test {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kWhole = R"(store: /var/lib/s.db
control: { socket: /run/c.sock }
workers: 2
log: { level: debug, access: /var/log/a.log, access_format: combined }
metrics: { listen: "[::1]:9464" }
outer_door:
  interfaces: [eth0, eth1]
  attach: tc
  priority: 5
  mode: observe
  required: true
  pin_directory: /sys/fs/bpf/other
  capacity: { connections: 1000, sources: 2000, key_slots: 3000, denied_keys: 4000 }
  egress: true
  resets_per_second: 0
  events: { sample: 7, sample_passes: 1000, ring_bytes: 65536 }
services:
  - name: api
    listen: 192.0.2.1:8443
    tls: { certificate: c.pem, private_key: k.pem }
    upstream: { address: "[2001:db8::9]:9000", connect_timeout: 500ms, response_timeout: 5m, max_idle_per_worker: 3 }
    key_headers: [X-Key, AUTHORIZATION]
    upgrades: [WebSocket, mqtt]
    claims: { user_header: X-Who }
    forward: { user_header: X-U, tenant_header: X-T }
    limits: { head_bytes: 4096, headers: 128, body_bytes: 0, streams: 7, handshake_timeout: 1s, head_timeout: 2s, idle_timeout: 1h, body_timeout: 4s, tunnel_timeout: 5s }
  - name: api6
    listen: "[::]:8444"
    tls: [{ certificate: c.pem, private_key: k.pem }, { certificate: d.pem, private_key: l.pem }]
    upstream: { address: 127.0.0.1:9000 }
    claims: { user_header: "" }
    http2: false
    upgrades: []
    udp: true
    on_condemned: reset
  - name: behind
    upstream: { address: 127.0.0.1:9000 }
    kind: cleartext
    listen: 192.0.2.1:8080
    on_condemned: drop
  - { name: hop, kind: cleartext, listen: 192.0.2.1:8081, upstream: { address: 127.0.0.1:9000 } }
offenders: { refusals: 3, window: 2s, ban: 5s, max_ban: 10s, guard: 0s, settle: 7s, exempt: [10.0.0.0/8, "2001:db8::/32"], max_sources: 99 }
)";

TEST(ConfigTest, ReadsTheAgentsSettings) {
  const auto parsed = parse_config(kWhole);
  ASSERT_TRUE(parsed.errors.empty()) << shown(parsed);
  const auto& config = parsed.config;

  EXPECT_EQ(config.store_file, "/var/lib/s.db");
  EXPECT_EQ(config.control_socket, "/run/c.sock");
  EXPECT_EQ(config.workers, 2U);
  EXPECT_EQ(config.log_level, "debug");
  EXPECT_EQ(config.access_log.file, "/var/log/a.log");
  EXPECT_EQ(config.access_log.format, AccessFormat::kCombined);
  EXPECT_EQ(config.metrics.address, *Address::parse("::1"));
  EXPECT_EQ(config.metrics.port, 9464U);
  const auto& door = config.outer_door;
  EXPECT_EQ(door.interfaces, (std::vector<std::string>{"eth0", "eth1"}));
  EXPECT_EQ(door.attach, Attach::kTc);
  EXPECT_EQ(door.priority, 5U);
  EXPECT_EQ(door.mode, SP_MODE_OBSERVE);
  EXPECT_TRUE(door.required);
  EXPECT_EQ(door.pin_directory, "/sys/fs/bpf/other");
  EXPECT_EQ(door.max_connections, 1000U);
  EXPECT_EQ(door.max_sources, 2000U);
  EXPECT_EQ(door.max_key_slots, 3000U);
  EXPECT_EQ(door.max_denied_keys, 4000U);
  EXPECT_TRUE(door.egress);
  EXPECT_EQ(door.resets_per_second, 0U);
  EXPECT_EQ(door.events.sample, 7U);
  EXPECT_EQ(door.events.sample_passes, 1000U);
  EXPECT_EQ(door.events.ring_bytes, 65536U);
}

TEST(ConfigTest, ReadsAService) {
  const auto parsed = parse_config(kWhole);
  ASSERT_TRUE(parsed.errors.empty()) << shown(parsed);
  ASSERT_EQ(parsed.config.services.size(), 4U);
  const auto& api = parsed.config.services[0];

  EXPECT_EQ(api.name, "api");
  EXPECT_EQ(api.listen, (Endpoint{*Address::parse("192.0.2.1"), 8443}));
  ASSERT_EQ(api.tls.size(), 1u);
  EXPECT_EQ(api.tls[0].certificate_file, "c.pem");
  EXPECT_EQ(api.tls[0].private_key_file, "k.pem");
  EXPECT_EQ(api.upstream.endpoint, (Endpoint{*Address::parse("2001:db8::9"), 9000}));
  EXPECT_EQ(api.upstream.connect_timeout, milliseconds(500));
  EXPECT_EQ(api.upstream.response_timeout, milliseconds(300000));
  EXPECT_EQ(api.upstream.max_idle_per_worker, 3U);
  EXPECT_EQ(api.key_headers, (std::vector<std::string>{"x-key", "authorization"}));
  EXPECT_EQ(api.claimed_user_header, "x-who");
  EXPECT_EQ(api.http.streams, 7U);
  EXPECT_TRUE(api.http2);
  EXPECT_FALSE(parsed.config.services[1].http2);
  EXPECT_EQ(api.forwarded_user_header, "X-U");
  EXPECT_EQ(api.forwarded_tenant_header, "X-T");
  EXPECT_EQ(parsed.config.services[1].listen, (Endpoint{Address{}, 8444}));
  EXPECT_EQ(parsed.config.services[1].claimed_user_header, "");
}

TEST(ConfigTest, ReadsWhatTheOuterDoorNeedsToKnowOfAService) {
  const auto parsed = parse_config(kWhole);
  ASSERT_TRUE(parsed.errors.empty()) << shown(parsed);
  ASSERT_EQ(parsed.config.services.size(), 4U);
  const auto& plain = parsed.config.services[0];
  const auto& other = parsed.config.services[1];
  const auto& behind = parsed.config.services[2];

  EXPECT_EQ(plain.kind, ServiceKind::kTls);
  EXPECT_FALSE(plain.takes_udp);
  EXPECT_FALSE(plain.answers_by_reset);
  EXPECT_EQ(other.kind, ServiceKind::kTls);
  EXPECT_TRUE(other.takes_udp);
  EXPECT_TRUE(other.answers_by_reset);
  EXPECT_EQ(behind.kind, ServiceKind::kCleartext);
  EXPECT_FALSE(behind.answers_by_reset);
  EXPECT_TRUE(behind.tls.empty());
  ASSERT_EQ(other.tls.size(), 2u);
  EXPECT_EQ(other.tls[1].certificate_file, "d.pem");
  EXPECT_TRUE(parsed.config.services[3].answers_by_reset) << "a hop is told at once";
  EXPECT_EQ(plain.upgrades, (std::vector<std::string>{"websocket", "mqtt"}));
  EXPECT_TRUE(other.upgrades.empty());
  EXPECT_EQ(behind.upgrades, std::vector<std::string>{"websocket"});
}

TEST(ConfigTest, ReadsLimitsAndOffenderRules) {
  const auto parsed = parse_config(kWhole);
  ASSERT_TRUE(parsed.errors.empty()) << shown(parsed);
  const auto& limits = parsed.config.services[0].http;
  const auto& rules = parsed.config.offenders;

  EXPECT_EQ(limits.head_bytes, 4096U);
  EXPECT_EQ(limits.headers, 128U);
  EXPECT_EQ(limits.body_bytes, 0U);
  EXPECT_EQ(limits.handshake_timeout, milliseconds(1000));
  EXPECT_EQ(limits.head_timeout, milliseconds(2000));
  EXPECT_EQ(limits.idle_timeout, milliseconds(3600000));
  EXPECT_EQ(limits.body_timeout, milliseconds(4000));
  EXPECT_EQ(limits.tunnel_timeout, milliseconds(5000));
  EXPECT_EQ(rules.refusals, 3U);
  EXPECT_EQ(rules.window_ns, 2 * kSecondNs);
  EXPECT_EQ(rules.ban_ns, 5 * kSecondNs);
  EXPECT_EQ(rules.max_ban_ns, 10 * kSecondNs);
  EXPECT_EQ(rules.guard_ns, 0U);
  EXPECT_EQ(rules.settle_ns, 7 * kSecondNs);
  EXPECT_EQ(rules.exempt,
            (std::vector<Cidr>{*Cidr::parse("10.0.0.0/8"), *Cidr::parse("2001:db8::/32")}));
  EXPECT_EQ(rules.max_sources, 99U);
}

TEST(ConfigTest, WhatIsLeftOutKeepsItsDefault) {
  const auto parsed = parse_config(kMinimal);
  ASSERT_TRUE(parsed.errors.empty()) << shown(parsed);
  const Config defaults;

  EXPECT_EQ(parsed.config.workers, defaults.workers);
  EXPECT_EQ(parsed.config.control_socket, defaults.control_socket);
  EXPECT_EQ(parsed.config.outer_door.mode, SP_MODE_ENFORCE);
  EXPECT_TRUE(parsed.config.outer_door.interfaces.empty());
  EXPECT_EQ(parsed.config.outer_door.max_denied_keys, 262144U);
  EXPECT_EQ(parsed.config.outer_door.resets_per_second, 1000U);
  EXPECT_EQ(parsed.config.services[0].claimed_user_header, "x-user-id");
  EXPECT_EQ(parsed.config.services[0].http.head_bytes, 16384U);
  EXPECT_EQ(parsed.config.offenders.ban_ns, 60 * kSecondNs);
}

TEST(ConfigTest, SectionWhoseLinesAreAllCommentedOutMeansItsDefaults) {
  const auto parsed = parse_config(minimal_with("offenders:\n#  ban: 1s\nouter_door:\n"));

  EXPECT_TRUE(parsed.errors.empty()) << shown(parsed);
}

TEST(ConfigTest, ExampleOfTheReadmeIsValid) {
  std::ifstream file(SALLYPORT_ROOT "/agent/config/README.md");
  ASSERT_TRUE(file);
  std::stringstream text;
  text << file.rdbuf();
  const auto readme = text.str();
  const auto begin = readme.find("```yaml\n") + 8;
  ASSERT_NE(begin, std::string::npos + 8);
  const auto parsed = parse_config(readme.substr(begin, readme.find("```", begin) - begin));

  EXPECT_TRUE(parsed.errors.empty()) << shown(parsed);
  EXPECT_EQ(parsed.config.outer_door.interfaces, std::vector<std::string>{"eth0"});
}

}  // namespace
}  // namespace sallyport::test
