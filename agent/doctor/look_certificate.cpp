// SPDX-License-Identifier: Apache-2.0
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>

#include "agent/doctor/look.hpp"

namespace sallyport {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

UnixSeconds seconds_of(const ASN1_TIME* time) {
  tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? ::timegm(&parts) : 0;
}

// One that is encrypted would ask at the terminal.
int refuse_passphrase(char*, int, int, void*) {
  return 0;
}

/// What `read` makes of the file, or what is wrong with it in `trouble`.
template <class T, class Read>
Owned<T> read_pem(const std::string& path, const char* what, Read read, std::string& trouble) {
  const Owned<std::FILE> file(std::fopen(path.c_str(), "re"));
  if (!file) {
    trouble = std::string("cannot read the ") + what + " " + path + ": " + std::strerror(errno);
    return nullptr;
  }
  Owned<T> made(read(file.get()));
  ERR_clear_error();
  if (!made) trouble = path + " holds no usable PEM " + what;
  return made;
}

}  // namespace

CertificateFacts look_at_certificate(const std::string& service, const CertificateFiles& files) {
  CertificateFacts facts;
  facts.service = service;
  facts.certificate_file = files.certificate_file;
  facts.private_key = look_at_file(files.private_key_file);
  const auto certificate = read_pem<X509>(
      facts.certificate_file, "certificate",
      [](std::FILE* file) { return PEM_read_X509(file, nullptr, nullptr, nullptr); },
      facts.trouble);
  if (!certificate) return facts;
  facts.not_before = seconds_of(X509_get0_notBefore(certificate.get()));
  facts.not_after = seconds_of(X509_get0_notAfter(certificate.get()));
  const auto key = read_pem<EVP_PKEY>(
      facts.private_key.path, "private key",
      [](std::FILE* file) {
        return PEM_read_PrivateKey(file, nullptr, refuse_passphrase, nullptr);
      },
      facts.trouble);
  if (!key) return facts;
  facts.is_keys = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return facts;
}

}  // namespace sallyport
