// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/terminator/certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

namespace sallyport::test {

namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

ScratchDirectory::ScratchDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "sallyport-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  path_ = name;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

CertificateFiles write_certificate(const ScratchDirectory& directory, const std::string& name,
                                   const CertificateForm& form) {
  const std::unique_ptr<EVP_PKEY, Free> key(form.is_rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
  const std::unique_ptr<X509, Free> certificate(X509_new());
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), form.serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), form.seconds);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("api.example"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  if (!form.names.empty()) {
    const std::unique_ptr<X509_EXTENSION, Free> names(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, form.names.c_str()));
    X509_add_ext(certificate.get(), names.get(), -1);
  }
  X509_sign(certificate.get(), key.get(), EVP_sha256());

  CertificateFiles files{directory.file(name + ".pem"), directory.file(name + ".key")};
  const std::unique_ptr<std::FILE, Free> out(std::fopen(files.certificate_file.c_str(), "w"));
  PEM_write_X509(out.get(), certificate.get());
  const std::unique_ptr<std::FILE, Free> secret(std::fopen(files.private_key_file.c_str(), "w"));
  PEM_write_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return files;
}

}  // namespace sallyport::test
