// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/terminator/tls_client.hpp"

#include <openssl/err.h>

#include <csignal>

namespace sallyport::test {

TlsClient::TlsClient(std::uint16_t port, std::string_view protocols)
    : HttpClient(connect_to(port)), context_(SSL_CTX_new(TLS_client_method())) {
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL's own socket BIO, which the agent does without
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), fd().get());
  SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                      static_cast<unsigned>(protocols.size()));
  is_connected_ = fd() && SSL_connect(ssl_.get()) == 1;
}

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

bool TlsClient::send(std::string_view bytes) {
  ERR_clear_error();
  return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
         static_cast<int>(bytes.size());
}

void TlsClient::end_writing() {
  (void)SSL_shutdown(ssl_.get());
  HttpClient::end_writing();
}

HttpClient::Read TlsClient::read_some(std::string& out) {
  char bytes[16384];
  ERR_clear_error();
  errno = 0;
  const int got = SSL_read(ssl_.get(), bytes, sizeof(bytes));
  if (got <= 0) {
    const bool is_late = SSL_get_error(ssl_.get(), got) == SSL_ERROR_WANT_READ;
    return is_late ? Read::kLate : Read::kEnded;
  }
  out.append(bytes, static_cast<std::size_t>(got));
  return Read::kSome;
}

}  // namespace sallyport::test
