// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/certificate.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/x509err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <memory>
#include <string_view>

#include "agent/base/unique_fd.hpp"

namespace sallyport {

namespace {

struct Free {
  void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
};

Result<void> check_readable(const std::string& file, std::string_view what) {
  if (UniqueFd(::open(file.c_str(), O_RDONLY | O_CLOEXEC))) return {};
  return system_failure(errno, "cannot read the " + std::string(what) + " " + file,
                        "check the path and that the agent's user may read it");
}

std::string text_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::vector<std::string> names_of(X509* certificate) {
  std::vector<std::string> hosts;
  const std::unique_ptr<GENERAL_NAMES, Free> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) hosts.push_back(text_of(name->d.dNSName));
  }
  const X509_NAME* const subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  // RFC 6125 section 6.4.4: the common name counts only where there are no others.
  if (!names && at >= 0) {
    hosts.push_back(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
  }
  std::sort(hosts.begin(), hosts.end());
  return hosts;
}

UnixSeconds end_of(const X509* certificate) noexcept {
  tm parts{};
  return ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) == 1 ? ::timegm(&parts) : 0;
}

}  // namespace

std::string openssl_text() {
  std::array<char, 256> text;
  ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

Result<void> load_certificate(SSL_CTX* context, const CertificateFiles& files) {
  const auto& [certificate, private_key] = files;
  if (auto done = check_readable(certificate, "certificate"); !done) return done;
  if (auto done = check_readable(private_key, "private key"); !done) return done;
  ERR_clear_error();
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

ShownCertificate shown_by(SSL_CTX* context) {
  X509* const certificate = SSL_CTX_get0_certificate(context);
  if (certificate == nullptr) return {};
  return {names_of(certificate), EVP_PKEY_get_base_id(X509_get0_pubkey(certificate)),
          end_of(certificate)};
}

}  // namespace sallyport
