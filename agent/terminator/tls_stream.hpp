// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "agent/terminator/socket_io.hpp"

namespace sallyport {

/// The server's end of one TLS connection, on the watched socket itself. Never waits. After
/// kClosed or kFailed nothing more is read; after kFailed nothing is written.
class TlsStream {
 public:
  /// `watch` must outlive the stream.
  TlsStream(SSL_CTX* context, Watch& watch) noexcept;

  [[nodiscard]] Io handshake() noexcept;
  [[nodiscard]] Io read(std::span<char> out, std::size_t& got) noexcept;
  /// May send a part: `sent` says how much. A write that wanted to wait must be called again with
  /// the same bytes (at any address) or more.
  [[nodiscard]] Io write(std::string_view bytes, std::size_t& sent) noexcept;

  /// Something that was received waits inside OpenSSL: read before waiting.
  [[nodiscard]] bool has_pending() const noexcept { return SSL_has_pending(ssl_.get()) == 1; }

  /// Gives up the record buffers until the next read or write.
  void release_buffers() noexcept { (void)SSL_free_buffers(ssl_.get()); }

  /// Tells the peer in order that nothing follows. Best effort.
  void send_close_notify() noexcept;

  /// Whether ALPN has chosen HTTP/2 (RFC 7301).
  [[nodiscard]] bool speaks_http2() const noexcept;

  /// Whether the peer spoke plain HTTP in place of TLS.
  [[nodiscard]] bool met_plain_http() const noexcept { return met_plain_http_; }

 private:
  struct Free {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };

  [[nodiscard]] Io outcome(int result) noexcept;

  std::unique_ptr<SSL, Free> ssl_;
  bool is_broken_ = false;
  bool met_plain_http_ = false;
};

}  // namespace sallyport
