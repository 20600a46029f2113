// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport {

/// A refusal as `application/problem+json` (RFC 9457).
struct Problem {
  unsigned status = 400;
  std::string_view code;            // stable: "user-mismatch"
  std::string_view detail;          // for people; may be empty
  std::uint64_t retry_after_s = 0;  // 0: no Retry-After field
};

/// Appends a whole HTTP/1.1 response, head and body, to `out`. 401 carries WWW-Authenticate
/// (RFC 9110 section 11.6.1). The same problem yields the same bytes.
void write_problem(const Problem& problem, bool keep_alive, bool with_body, std::string& out);

}  // namespace sallyport
