// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/cidr_set.hpp"

namespace sallyport {

/// One line of a file of prefixes.
struct CidrLine {
  CidrRule rule;
  std::string note;
};

struct ParsedCidrs {
  std::vector<CidrLine> lines;
  std::vector<std::string> errors;  // "line 7: not a prefix: 192.0.2.1/24"; at most kMostErrors
  std::size_t more_errors = 0;      // beyond those

  static constexpr std::size_t kMostErrors = 20;
};

/// A prefix a line, before it `allow` or `deny` (else `otherwise` is meant), behind it a note that
/// `#` begins; blank lines and lines of a note alone are left out. That is the form of most lists
/// of addresses that are published. A prefix that is there twice is an error when the two differ.
[[nodiscard]] ParsedCidrs parse_cidr_file(std::string_view text, CidrAction otherwise);

}  // namespace sallyport
