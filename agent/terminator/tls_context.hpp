// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <memory>

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

 private:
  friend Result<TlsContext> make_tls_context(const TlsConfig&, const TicketKeys&, Protocols);

  TicketKeys() = default;

  std::array<unsigned char, 80> bytes_{};  // as SSL_CTX_set_tlsext_ticket_keys wants it
};

/// TLS 1.2 and 1.3, with the certificate and private key of `files`. One for
/// each worker: Debian's OpenSSL scales badly when threads share one.
[[nodiscard]] Result<TlsContext> make_tls_context(const TlsConfig& files, const TicketKeys& keys,
                                                  Protocols protocols);

/// When the context's certificate ends.
[[nodiscard]] UnixSeconds expires_at(const SSL_CTX& context) noexcept;

}  // namespace sallyport
