// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "tests/unit/terminator/http_client.hpp"

namespace sallyport::test {

/// A plain blocking OpenSSL client: what a real peer is.
class TlsClient final : public HttpClient {
 public:
  explicit TlsClient(std::uint16_t port);

  [[nodiscard]] bool is_connected() const noexcept { return is_connected_; }
  [[nodiscard]] std::string protocol() const;

  [[nodiscard]] bool send(std::string_view bytes) override;

 private:
  struct Free {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  };

  [[nodiscard]] Read read_some(std::string& out) override;

  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
  bool is_connected_ = false;
};

}  // namespace sallyport::test
