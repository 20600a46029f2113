// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/terminator/tls_stream.hpp"

namespace sallyport {

/// Our end of a client connection: TLS on the watched socket or, behind another TLS hop, the
/// socket itself. Which of them is settled when it begins, so that a call costs one branch that
/// always goes the same way. Means what `TlsStream` means by each call.
class ClientStream {
 public:
  /// `context` null: in the clear. `watch` must outlive the stream.
  ClientStream(SSL_CTX* context, Watch& watch) noexcept : watch_(watch) {
    if (context != nullptr) tls_.emplace(context, watch);
  }

  [[nodiscard]] Io handshake() noexcept { return tls_ ? tls_->handshake() : Io::kDone; }
  [[nodiscard]] Io read(std::span<char> out, std::size_t& got) noexcept {
    return tls_ ? tls_->read(out, got) : read_socket(watch_, out, got);
  }
  [[nodiscard]] Io write(std::string_view bytes, std::size_t& sent) noexcept {
    return tls_ ? tls_->write(bytes, sent) : write_socket(watch_, bytes, sent);
  }
  [[nodiscard]] bool has_pending() const noexcept { return tls_ && tls_->has_pending(); }
  void release_buffers() noexcept {
    if (tls_) tls_->release_buffers();
  }
  /// In the clear the end of the connection says it.
  void send_close_notify() noexcept {
    if (tls_) tls_->send_close_notify();
  }
  /// What the handshake has agreed on.
  [[nodiscard]] bool speaks_http2() const noexcept { return tls_ && tls_->speaks_http2(); }
  [[nodiscard]] bool met_plain_http() const noexcept { return tls_ && tls_->met_plain_http(); }

 private:
  Watch& watch_;
  std::optional<TlsStream> tls_;
};

}  // namespace sallyport
