// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/tls_context.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509err.h>

#include <cerrno>
#include <ctime>
#include <string>
#include <string_view>

#include "agent/base/unique_fd.hpp"

namespace sallyport {

namespace {

// AES-128 first: as safe as the protocol needs, and its handshakes hash with SHA-256.
constexpr const char* kTls13Ciphers =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* kTls12Ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
// What is offered by ALPN, the preferred first; lengths stand in front.
constexpr std::string_view kHttp11 = "\x08http/1.1";
constexpr std::string_view kHttp2Too = "\x02h2\x08http/1.1";

std::string openssl_text() {
  std::array<char, 256> text;
  ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

Result<void> check_readable(const std::string& file, std::string_view what) {
  if (UniqueFd(::open(file.c_str(), O_RDONLY | O_CLOEXEC))) return {};
  return system_failure(errno, "cannot read the " + std::string(what) + " " + file,
                        "check the path and that the agent's user may read it");
}

// Encrypted private keys would ask at the terminal.
int refuse_passphrase(char*, int, int, void*) {
  return 0;
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void* protocols) {
  const auto& all = *static_cast<const std::string_view*>(protocols);
  const auto* ours = reinterpret_cast<const unsigned char*>(all.data());
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, ours, static_cast<unsigned>(all.size()), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Result<void> load_certificate(SSL_CTX* context, const TlsConfig& files) {
  const auto& [certificate, private_key] = files;
  if (auto done = check_readable(certificate, "certificate"); !done) return done;
  if (auto done = check_readable(private_key, "private key"); !done) return done;
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return failure(Errc::kInvalid,
                   certificate + " holds no usable PEM certificate (" + openssl_text() + ")",
                   "it must hold the server's certificate first, then its chain, in PEM");
  }
  const bool is_loaded =
      SSL_CTX_use_PrivateKey_file(context, private_key.c_str(), SSL_FILETYPE_PEM) == 1;
  const bool is_other = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
  if (!is_loaded && !is_other) {
    return failure(Errc::kInvalid,
                   private_key + " holds no usable PEM private key (" + openssl_text() + ")",
                   "it must be an unencrypted private key in PEM");
  }
  if (!is_loaded || SSL_CTX_check_private_key(context) != 1) {
    ERR_clear_error();
    return failure(Errc::kInvalid, private_key + " is not the private key of " + certificate,
                   "give the two files that were made together");
  }
  return {};
}

}  // namespace

Result<TicketKeys> TicketKeys::make() {
  TicketKeys keys;
  if (RAND_bytes(keys.bytes_.data(), static_cast<int>(keys.bytes_.size())) != 1) {
    return failure(Errc::kUnavailable, "no random bytes for session tickets: " + openssl_text());
  }
  return keys;
}

TicketKeys::~TicketKeys() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

Result<TlsContext> make_tls_context(const TlsConfig& files, const TicketKeys& keys,
                                    Protocols protocols) {
  ERR_clear_error();
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  if (!context) {
    return failure(Errc::kInternal, "OpenSSL gives no server context: " + openssl_text());
  }
  SSL_CTX* const raw = context.get();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_ciphersuites(raw, kTls13Ciphers);
  SSL_CTX_set_cipher_list(raw, kTls12Ciphers);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                               SSL_OP_CLEANSE_PLAINTEXT);
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Header and body of a record, and what follows, in one read. Buffers are released by hand
  // where a connection idles (SSL_MODE_RELEASE_BUFFERS would do it after every request).
  SSL_CTX_set_read_ahead(raw, 1);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);  // tickets only
  SSL_CTX_set_num_tickets(raw, 1);
  auto ticket_bytes = keys.bytes_;
  SSL_CTX_set_tlsext_ticket_keys(raw, ticket_bytes.data(), ticket_bytes.size());
  OPENSSL_cleanse(ticket_bytes.data(), ticket_bytes.size());
  SSL_CTX_set_alpn_select_cb(
      raw, choose_protocol,
      const_cast<std::string_view*>(protocols == Protocols::kHttp2Too ? &kHttp2Too : &kHttp11));
  SSL_CTX_set_default_passwd_cb(raw, refuse_passphrase);
  if (auto done = load_certificate(raw, files); !done) return done.error();
  return context;
}

UnixSeconds expires_at(const SSL_CTX& context) noexcept {
  const X509* const certificate = SSL_CTX_get0_certificate(&context);
  tm parts{};
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) {
    return 0;
  }
  return ::timegm(&parts);
}

}  // namespace sallyport
