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

/// Writes a fresh self-signed P-256 certificate and its private key.
[[nodiscard]] TlsConfig write_certificate(const ScratchDirectory& directory,
                                          const std::string& name = "service");

}  // namespace sallyport::test
