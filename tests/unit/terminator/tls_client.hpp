// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "tests/unit/terminator/http_client.hpp"

namespace sallyport::test {

/// A plain blocking OpenSSL client: what a real peer is.
class TlsClient : public HttpClient {
 public:
  /// `protocols` is offered by ALPN, in its form.
  explicit TlsClient(std::uint16_t port, std::string_view protocols = "\x08http/1.1");

  [[nodiscard]] bool is_connected() const noexcept { return is_connected_; }
  [[nodiscard]] std::string protocol() const;

  [[nodiscard]] bool send(std::string_view bytes) override;
  void end_writing() override;

 protected:
  [[nodiscard]] Read read_some(std::string& out) override;

 private:
  struct Free {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  };

  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
  bool is_connected_ = false;
};

}  // namespace sallyport::test
