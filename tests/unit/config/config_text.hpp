// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "agent/config/config.hpp"

namespace sallyport::test {

/// The shortest configuration that is whole: 7 lines.
constexpr std::string_view kMinimal =
    "store: /tmp/registry.db\n"
    "services:\n"
    "  - name: api\n"
    "    listen: 0.0.0.0:8443\n"
    "    tls: { certificate: cert.pem, private_key: key.pem }\n"
    "    upstream: { address: 127.0.0.1:9000 }\n"
    "    key_headers: [Authorization]\n";

/// `kMinimal` and more lines after it, the first of which is line 8.
inline std::string minimal_with(std::string_view more) {
  return std::string(kMinimal) + std::string(more);
}

/// `kMinimal` with `from` in place of `to`, once.
inline std::string minimal_but(std::string_view from, std::string_view to) {
  std::string text(kMinimal);
  text.replace(text.find(from), from.size(), to);
  return text;
}

/// "LINE: message" lines, for messages of failed expectations.
inline std::string shown(const ParsedConfig& parsed) {
  std::string text;
  for (const auto& error : parsed.errors) {
    text += std::to_string(error.line) + ": " + error.message + "\n";
  }
  return text;
}

}  // namespace sallyport::test
