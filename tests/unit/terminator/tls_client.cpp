// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/terminator/tls_client.hpp"

#include <openssl/err.h>

#include <csignal>

namespace sallyport::test {

TlsClient::TlsClient(std::uint16_t port, const Hello& hello)
    : HttpClient(connect_to(port)), context_(SSL_CTX_new(TLS_client_method())) {
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL's own socket BIO, which the agent does without
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), fd().get());
  SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(hello.protocols.data()),
                      static_cast<unsigned>(hello.protocols.size()));
  if (!hello.host.empty()) SSL_set_tlsext_host_name(ssl_.get(), hello.host.c_str());
  if (hello.signatures != nullptr) SSL_set1_sigalgs_list(ssl_.get(), hello.signatures);
  if (hello.session != nullptr) SSL_set_session(ssl_.get(), hello.session);
  is_connected_ = fd() && SSL_connect(ssl_.get()) == 1;
}

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

long TlsClient::certificate() const {
  const X509* const shown = SSL_get0_peer_certificate(ssl_.get());
  return shown == nullptr ? 0 : ASN1_INTEGER_get(X509_get0_serialNumber(shown));
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
