// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/tls_stream.hpp"

#include <openssl/err.h>

#include "agent/terminator/socket_bio.hpp"

namespace sallyport {

TlsStream::TlsStream(SSL_CTX* context, Watch& watch) noexcept : ssl_(SSL_new(context)) {
  BIO* const bio = ssl_ ? make_socket_bio(watch) : nullptr;
  if (bio == nullptr) {
    is_broken_ = true;
    return;
  }
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_accept_state(ssl_.get());
}

Io TlsStream::handshake() noexcept {
  if (is_broken_) return Io::kFailed;
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  return result == 1 ? Io::kDone : outcome(result);
}

Io TlsStream::read(std::span<char> out, std::size_t& got) noexcept {
  got = 0;
  if (is_broken_) return Io::kFailed;
  ERR_clear_error();
  const int result = SSL_read_ex(ssl_.get(), out.data(), out.size(), &got);
  return result == 1 ? Io::kDone : outcome(result);
}

Io TlsStream::write(std::string_view bytes, std::size_t& sent) noexcept {
  sent = 0;
  if (is_broken_) return Io::kFailed;
  ERR_clear_error();
  const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent);
  return result == 1 ? Io::kDone : outcome(result);
}

bool TlsStream::speaks_http2() const noexcept {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return std::string_view(reinterpret_cast<const char*>(name), size) == "h2";
}

void TlsStream::send_close_notify() noexcept {
  if (is_broken_ || SSL_is_init_finished(ssl_.get()) == 0) return;
  ERR_clear_error();
  (void)SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

Io TlsStream::outcome(int result) noexcept {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Io::kWantRead;
    case SSL_ERROR_WANT_WRITE:
      return Io::kWantWrite;
    case SSL_ERROR_ZERO_RETURN:
      return Io::kClosed;
    default:
      is_broken_ = true;
      met_plain_http_ = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
      ERR_clear_error();
      return Io::kFailed;
  }
}

}  // namespace sallyport
