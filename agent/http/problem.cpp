// SPDX-License-Identifier: Apache-2.0
#include "agent/http/problem.hpp"

#include "agent/base/json_text.hpp"
#include "agent/http/reason.hpp"

namespace sallyport {

namespace {

void append_body(const Problem& problem, std::string& out) {
  out += R"({"type":"about:blank","title":")";
  out += reason_of(problem.status);
  out += R"(","status":)";
  append_decimal(problem.status, out);
  out += R"(,"code":")";
  append_json_text(problem.code, out);
  if (!problem.detail.empty()) {
    out += R"(","detail":")";
    append_json_text(problem.detail, out);
  }
  out += "\"}\n";
}

}  // namespace

void write_problem(const Problem& problem, bool keep_alive, bool with_body, std::string& out) {
  out += "HTTP/1.1 ";
  append_decimal(problem.status, out);
  out += ' ';
  out += reason_of(problem.status);
  out += "\r\nContent-Type: application/problem+json\r\nCache-Control: no-store\r\n";
  if (problem.status == 401) {
    // RFC 6750 section 3.1: no error code where no credentials were sent.
    out += problem.code == "missing-key" ? "WWW-Authenticate: Bearer\r\n"
                                         : "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n";
  }
  if (problem.retry_after_s > 0) {
    out += "Retry-After: ";
    append_decimal(problem.retry_after_s, out);
    out += "\r\n";
  }
  if (!keep_alive) out += "Connection: close\r\n";
  out += "Content-Length: ";
  // The body is written where it belongs and its size put in front of it afterwards.
  const std::size_t before = out.size();
  append_body(problem, out);
  std::string head_end;
  append_decimal(out.size() - before, head_end);
  head_end += "\r\n\r\n";
  if (!with_body) out.resize(before);
  out.insert(before, head_end);
}

}  // namespace sallyport
