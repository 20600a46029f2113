// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "tests/unit/terminator/http_client.hpp"

namespace sallyport::test {

struct FreeTls {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
};
using TlsSession = std::unique_ptr<SSL_SESSION, FreeTls>;

/// What a client says first.
struct Hello {
  std::string_view protocols = "\x08http/1.1";  // by ALPN, in its form
  std::string host = {};                        // (SNI); "": none
  const char* signatures = nullptr;             // that it understands, as OpenSSL lists them
  SSL_SESSION* session = nullptr;               // to resume
};

/// A plain blocking OpenSSL client: what a real peer is.
class TlsClient : public HttpClient {
 public:
  explicit TlsClient(std::uint16_t port, const Hello& hello = {});

  [[nodiscard]] bool is_connected() const noexcept { return is_connected_; }
  [[nodiscard]] std::string protocol() const;
  /// The serial number of the certificate that it was shown.
  [[nodiscard]] long certificate() const;
  /// To be resumed; there once something was received.
  [[nodiscard]] TlsSession session() const { return TlsSession(SSL_get1_session(ssl_.get())); }
  [[nodiscard]] bool has_resumed() const { return SSL_session_reused(ssl_.get()) == 1; }

  [[nodiscard]] bool send(std::string_view bytes) override;
  void end_writing() override;

 protected:
  [[nodiscard]] Read read_some(std::string& out) override;

 private:
  std::unique_ptr<SSL_CTX, FreeTls> context_;
  std::unique_ptr<SSL, FreeTls> ssl_;
  bool is_connected_ = false;
};

}  // namespace sallyport::test
