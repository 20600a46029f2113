// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

enum class Severity : std::uint8_t {
  kNote,     // worth knowing; nothing to do
  kUnknown,  // could not be looked at
  kWarning,  // it works, but worse than it could, or not for long
  kError,    // it does not work, or is open to whom it must not
};

[[nodiscard]] std::string_view word_of(Severity severity) noexcept;

/// One thing that an operator should know, and what to do about it.
struct Finding {
  Severity severity = Severity::kNote;
  std::string_view check;  // stable word, static storage: "mtu"
  std::string subject;     // "eth0", "service api"
  std::string message;     // a sentence, lower case, no full stop
  std::string remedy;
};

using Findings = std::vector<Finding>;

}  // namespace sallyport
