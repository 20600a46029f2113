// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/config/config.hpp"

namespace sallyport::test {

/// A directory that goes with its contents.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

struct CertificateForm {
  std::string names;  // "DNS:a.example,DNS:*.b.example"; "": the common name alone, api.example
  long serial = 1;
  long seconds = 86400;  // from now on
  bool is_rsa = false;   // else P-256
};

/// Writes a fresh self-signed certificate and its private key.
[[nodiscard]] CertificateFiles write_certificate(const ScratchDirectory& directory,
                                                 const std::string& name = "service",
                                                 const CertificateForm& form = {});

}  // namespace sallyport::test
