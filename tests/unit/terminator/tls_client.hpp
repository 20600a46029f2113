// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/unique_fd.hpp"

namespace sallyport::test {

/// A connected TCP socket to 127.0.0.1 that gives up reads after `kPatience`.
[[nodiscard]] UniqueFd connect_to(std::uint16_t port);

struct Response {
  int status = 0;
  std::string head;  // with the empty line
  std::string body;  // unchunked

  [[nodiscard]] bool has(std::string_view text) const {
    return head.find(text) != std::string::npos;
  }
};

/// A plain blocking OpenSSL client: what a real peer is.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port);

  [[nodiscard]] bool is_connected() const noexcept { return is_connected_; }
  [[nodiscard]] std::string protocol() const;

  [[nodiscard]] bool send(std::string_view bytes);
  /// The next response, read by its framing. Nullopt: the connection ended before it was whole.
  [[nodiscard]] std::optional<Response> receive(bool is_to_head = false);
  [[nodiscard]] std::optional<Response> ask(std::string_view request) {
    if (!send(request)) return std::nullopt;
    return receive();
  }
  /// Waits for the end of the connection; false if something else comes or nothing happens.
  [[nodiscard]] bool meets_end();
  /// Closes with a reset.
  void reset();

 private:
  struct Free {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  };

  [[nodiscard]] bool read_more();

  std::unique_ptr<SSL_CTX, Free> context_;
  UniqueFd fd_;
  std::unique_ptr<SSL, Free> ssl_;
  bool is_connected_ = false;
  bool is_ended_ = false;  // in order or by a reset
  std::string pending_;
};

/// "GET <path>" with the key and further header lines ("A: b\r\n").
[[nodiscard]] std::string get(std::string_view path, std::string_view key,
                              std::string_view more = {});
[[nodiscard]] std::string post(std::string_view path, std::string_view key, std::string_view body,
                               std::string_view more = {});

}  // namespace sallyport::test
