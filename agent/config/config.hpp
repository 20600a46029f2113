// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/address.hpp"
#include "agent/config/access_log_rules.hpp"
#include "agent/config/event_rules.hpp"
#include "agent/config/metrics_rules.hpp"
#include "agent/config/offender_rules.hpp"
#include "agent/config/pace_rules.hpp"
#include "bpf/abi/service.h"

namespace sallyport {

struct Endpoint {
  Address address;         // all zero (or v4-mapped 0.0.0.0): every local address
  std::uint16_t port = 0;  // host byte order

  bool operator==(const Endpoint&) const = default;
};

/// How the outer door is attached to an interface. kAuto: natively alone, else in libxdp's
/// dispatcher where there is one, else TC.
enum class Attach { kAuto, kNative, kDispatcher, kTc };

struct OuterDoorConfig {
  std::vector<std::string> interfaces;  // empty: no outer door
  Attach attach = Attach::kAuto;
  std::uint32_t priority = 15;     // in libxdp's dispatcher; lower runs earlier
  sp_mode mode = SP_MODE_ENFORCE;  // until an operator sets another one
  std::string pin_directory = "/sys/fs/bpf/sallyport";
  std::uint32_t max_connections = 262144;
  std::uint32_t max_sources = 65536;
  std::uint32_t max_key_slots = 65536;
  std::uint32_t max_denied_keys = 262144;  // that it knows in the clear
  bool egress = false;  // counts what keys are sent, and holds it to their limits
  std::uint32_t resets_per_second = 1000;  // answers to condemned connections; 0: none
  EventRules events;
  bool required = false;  // true: refuse to start without it; false: the inner door alone, loudly
};

struct UpstreamConfig {
  Endpoint endpoint;
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds response_timeout{60000};
  std::uint32_t max_idle_per_worker = 64;  // keep-alive connections kept
};

struct TlsConfig {
  std::string certificate_file;  // PEM chain
  std::string private_key_file;  // PEM
};

/// Bounds on what a client may cost; all have safe defaults.
struct HttpLimits {
  std::uint32_t head_bytes = 16384;
  std::uint32_t headers = 100;
  std::uint64_t body_bytes = 16ULL << 20;
  std::uint32_t streams = 100;  // at once on an HTTP/2 connection
  std::chrono::milliseconds handshake_timeout{10000};
  std::chrono::milliseconds head_timeout{10000};
  std::chrono::milliseconds idle_timeout{60000};
  std::chrono::milliseconds body_timeout{30000};     // between two reads of a body
  std::chrono::milliseconds tunnel_timeout{600000};  // in which an upgraded connection says nothing
};

/// What its clients speak. kCleartext: HTTP/1.1 from a hop that has ended TLS before us.
enum class ServiceKind : std::uint8_t { kTls, kCleartext };

struct ServiceConfig {
  std::string name;
  ServiceKind kind = ServiceKind::kTls;
  Endpoint listen;
  TlsConfig tls;                  // of kTls alone
  bool http2 = true;              // offered to clients of kTls beside HTTP/1.1
  bool takes_udp = false;         // the outer door judges UDP to `listen` too
  bool answers_by_reset = false;  // it answers a condemned connection by a TCP reset
  UpstreamConfig upstream;
  HttpLimits http;
  std::vector<std::string> key_headers = {"authorization", "x-api-key"};  // lower case
  std::vector<std::string> upgrades = {"websocket"};  // that clients may ask for; lower case
  std::string claimed_user_header = "x-user-id";      // lower case; empty: no claim is read
  std::string forwarded_user_header =
      "X-Auth-User";  // set for the upstream, never taken from a client
  std::string forwarded_tenant_header = "X-Auth-Tenant";
};

struct Config {
  std::string store_file;
  std::string control_socket = "/run/sallyport/control.sock";
  std::uint32_t workers = 0;  // 0: one per CPU
  std::string log_level = "info";
  AccessLogConfig access_log;
  MetricsConfig metrics;
  OuterDoorConfig outer_door;
  OffenderRules offenders;
  PaceRules pace;
  std::vector<ServiceConfig> services;  // at least one; unique names and endpoints
};

/// One thing wrong in a configuration file.
struct ConfigError {
  int line = 0;  // 1-based; 0 where it has none
  std::string message;
};

/// Either `errors` is empty and `config` is whole and sane, or `config` means nothing.
struct ParsedConfig {
  Config config;
  std::vector<ConfigError> errors;  // every error of the file, by line
};

/// Knows no file system: files named in it are not opened.
[[nodiscard]] ParsedConfig parse_config(std::string_view yaml);

}  // namespace sallyport
