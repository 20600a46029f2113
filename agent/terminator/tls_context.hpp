// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <span>

#include "agent/base/clock.hpp"
#include "agent/base/result.hpp"
#include "agent/config/config.hpp"

namespace sallyport {

struct FreeSslContext {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeSslContext>;

/// What ALPN offers.
enum class Protocols : std::uint8_t { kHttp11, kHttp2Too };

/// What session tickets are sealed with: one for all workers of a service, since a client that
/// comes back may reach another worker. A secret: made at start, kept in memory alone.
class TicketKeys {
 public:
  [[nodiscard]] static Result<TicketKeys> make();
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = default;
  TicketKeys& operator=(const TicketKeys&) = default;

  [[nodiscard]] bool seal(SSL_CTX* context) const noexcept;

 private:
  TicketKeys() = default;

  std::array<unsigned char, 80> bytes_{};  // as SSL_CTX_set_tlsext_ticket_keys wants it
};

/// What a service's handshakes are made with.
struct ServerTls {
  TlsContext context;          // holds the other certificates' contexts
  UnixSeconds expires_at = 0;  // the first of its certificates
};

/// TLS 1.2 and 1.3, with the certificates and private keys of `files`, at least one. A client is
/// shown the one for the host it names, else the first; where two are for the same hosts and their
/// keys of different types (RSA and ECDSA), the one that it understands. A context for each worker:
/// Debian's OpenSSL scales badly when threads share one.
[[nodiscard]] Result<ServerTls> make_server_tls(std::span<const CertificateFiles> files,
                                                const TicketKeys& keys, Protocols protocols);

}  // namespace sallyport
