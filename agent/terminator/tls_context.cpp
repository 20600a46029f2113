// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/rand.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "agent/terminator/certificate.hpp"
#include "agent/terminator/server_names.hpp"

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

/// The contexts of a service's certificates beside the first, which keeps them.
struct OtherCertificates {
  ServerNames names;  // 0: the first's own; n: of contexts[n - 1]
  std::vector<TlsContext> contexts;
};

int other_certificates_index() {
  static const int index = SSL_CTX_get_ex_new_index(
      0, nullptr, nullptr, nullptr, [](void*, void* others, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<OtherCertificates*>(others);
      });
  return index;
}

int choose_certificate(SSL* ssl, int*, void* first) {
  const char* const host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (host == nullptr) return SSL_TLSEXT_ERR_NOACK;
  const auto* const others = static_cast<const OtherCertificates*>(
      SSL_CTX_get_ex_data(static_cast<SSL_CTX*>(first), other_certificates_index()));
  const auto number = others->names.find(host);
  if (!number) return SSL_TLSEXT_ERR_NOACK;
  if (*number > 0) SSL_set_SSL_CTX(ssl, others->contexts[*number - 1].get());
  return SSL_TLSEXT_ERR_OK;
}

Result<TlsContext> make_context(const TicketKeys& keys, Protocols protocols) {
  ERR_clear_error();
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const raw = context.get();
  if (raw == nullptr || !keys.seal(raw)) {
    return failure(Errc::kInternal, "OpenSSL gives no server context: " + openssl_text());
  }
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
  SSL_CTX_set_alpn_select_cb(
      raw, choose_protocol,
      const_cast<std::string_view*>(protocols == Protocols::kHttp2Too ? &kHttp2Too : &kHttp11));
  SSL_CTX_set_default_passwd_cb(raw, refuse_passphrase);
  return context;
}

/// The certificates of one service while they are read.
class Gathering {
 public:
  Gathering(const TicketKeys& keys, Protocols protocols) : keys_(keys), protocols_(protocols) {}

  Result<void> add(const CertificateFiles& files) {
    auto context = make_context(keys_, protocols_);
    if (!context) return context.error();
    if (auto loaded = load_certificate(context->get(), files); !loaded) return loaded;
    ShownCertificate shown = shown_by(context->get());
    expires_at_ = shown_.empty() ? shown.expires_at : std::min(expires_at_, shown.expires_at);
    const auto twin = std::find_if(shown_.begin(), shown_.end(), [&](const auto& one) {
      return one.names == shown.names && one.key_type != shown.key_type;
    });
    if (twin != shown_.end()) {
      return load_certificate(contexts_[static_cast<std::size_t>(twin - shown_.begin())].get(),
                              files);
    }
    contexts_.push_back(std::move(*context));
    shown_.push_back(std::move(shown));
    return {};
  }

  ServerTls finish() {
    auto others = std::make_unique<OtherCertificates>();
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      for (const auto& name : shown_[i].names) others->names.add(name, i);
      if (i > 0) others->contexts.push_back(std::move(contexts_[i]));
    }
    TlsContext& first = contexts_.front();
    SSL_CTX_set_tlsext_servername_callback(first.get(), choose_certificate);
    SSL_CTX_set_tlsext_servername_arg(first.get(), first.get());
    if (SSL_CTX_set_ex_data(first.get(), other_certificates_index(), others.get()) == 1) {
      (void)others.release();
    } else {
      first.reset();
    }
    return {std::move(first), expires_at_};
  }

 private:
  const TicketKeys& keys_;
  Protocols protocols_;
  std::vector<TlsContext> contexts_;
  std::vector<ShownCertificate> shown_;
  UnixSeconds expires_at_ = 0;
};

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

bool TicketKeys::seal(SSL_CTX* context) const noexcept {
  auto copy = bytes_;  // OpenSSL takes it by a pointer that is not const
  const long done = SSL_CTX_set_tlsext_ticket_keys(context, copy.data(), copy.size());
  OPENSSL_cleanse(copy.data(), copy.size());
  return done == 1;
}

Result<ServerTls> make_server_tls(std::span<const CertificateFiles> files, const TicketKeys& keys,
                                  Protocols protocols) {
  Gathering gathering(keys, protocols);
  for (const auto& one : files) {
    if (auto added = gathering.add(one); !added) return added.error();
  }
  ServerTls made = gathering.finish();
  if (!made.context) return failure(Errc::kInternal, "OpenSSL has no memory for certificates");
  return made;
}

}  // namespace sallyport
