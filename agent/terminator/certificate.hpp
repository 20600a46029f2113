// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/ssl.h>

#include <string>
#include <vector>

#include "agent/base/clock.hpp"
#include "agent/base/result.hpp"
#include "agent/config/config.hpp"

namespace sallyport {

/// What OpenSSL says of its last error, which is forgotten.
[[nodiscard]] std::string openssl_text();

/// Has `context` show the certificate, with its chain, beside those of other key types that it
/// shows already.
[[nodiscard]] Result<void> load_certificate(SSL_CTX* context, const CertificateFiles& files);

/// What is known of the certificate that was loaded last.
struct ShownCertificate {
  std::vector<std::string> names;  // its hosts (subjectAltName, else the common name), sorted
  int key_type = 0;                // EVP_PKEY_RSA, EVP_PKEY_EC …
  UnixSeconds expires_at = 0;
};
[[nodiscard]] ShownCertificate shown_by(SSL_CTX* context);

}  // namespace sallyport
