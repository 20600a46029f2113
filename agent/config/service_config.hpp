// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/address.hpp"

namespace sallyport {

struct Endpoint {
  Address address;         // all zero (or v4-mapped 0.0.0.0): every local address
  std::uint16_t port = 0;  // host byte order

  bool operator==(const Endpoint&) const = default;
};

struct UpstreamConfig {
  Endpoint endpoint;
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds response_timeout{60000};
  std::uint32_t max_idle_per_worker = 64;  // keep-alive connections kept
};

struct CertificateFiles {
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
  std::vector<CertificateFiles> tls;  // of kTls alone, at least one; the first is the default
  bool http2 = true;                  // offered to clients of kTls beside HTTP/1.1
  bool takes_udp = false;             // the outer door judges UDP to `listen` too
  bool answers_by_reset = false;      // it answers a condemned connection by a TCP reset
  UpstreamConfig upstream;
  HttpLimits http;
  std::vector<std::string> key_headers = {"authorization", "x-api-key"};  // lower case
  std::vector<std::string> upgrades = {"websocket"};  // that clients may ask for; lower case
  std::string claimed_user_header = "x-user-id";      // lower case; empty: no claim is read
  std::string forwarded_user_header =
      "X-Auth-User";  // set for the upstream, never taken from a client
  std::string forwarded_tenant_header = "X-Auth-Tenant";
};

}  // namespace sallyport
