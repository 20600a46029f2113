// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/refusals.hpp"

#include <algorithm>

#include "agent/base/clock.hpp"
#include "agent/http/problem.hpp"

namespace sallyport {

namespace {

constexpr std::string_view kUniformDetail = "the API key is not valid";

Problem problem_of(CheckCode code) noexcept {
  const CheckInfo& facts = info(code);
  const bool is_uniform = facts.disclosure == Disclosure::kUniform;
  return {.status = facts.status,
          .code = disclosed_code(code),
          .detail = is_uniform ? kUniformDetail : facts.text,
          .retry_after_s = 0};
}

constexpr std::string_view bad_request_code(unsigned status) noexcept {
  switch (status) {
    case 408:
      return "request-timeout";
    case 413:
      return "body-too-large";
    case 414:
      return "target-too-long";
    case 417:
      return "expectation-not-met";
    case 431:
      return "head-too-large";
    case 501:
      return "not-implemented";
    case 505:
      return "version-not-supported";
    default:
      return "bad-request";
  }
}

constexpr Problem kUpstreamProblems[] = {
    {502, "upstream-unreachable", "the service behind this gateway can't be reached", 0},
    {502, "bad-upstream-response", "the service behind this gateway answered badly", 0},
    {504, "upstream-timeout", "the service behind this gateway did not answer in time", 0},
};

}  // namespace

Refusals::Refusals() {
  for (std::size_t code = 1; code < texts_.size(); ++code) {
    for (const bool keep_alive : {false, true}) {
      for (const bool with_body : {false, true}) {
        write_problem(problem_of(static_cast<CheckCode>(code)), keep_alive, with_body,
                      texts_[code][index({keep_alive, with_body})]);
      }
    }
  }
}

void write_over_limit(std::uint64_t retry_after_ns, AnswerForm form, std::string& out) {
  Problem problem = problem_of(CheckCode::kOverLimit);
  // Rounded up: a client that waits as told is admitted.
  problem.retry_after_s = std::max<std::uint64_t>((retry_after_ns + kSecondNs - 1) / kSecondNs, 1);
  write_problem(problem, form.keep_alive, form.with_body, out);
}

void write_bad_request(unsigned status, std::string_view why, std::string& out) {
  write_problem(
      {.status = status, .code = bad_request_code(status), .detail = why, .retry_after_s = 0},
      false, true, out);
}

void write_upstream_fault(UpstreamFault fault, AnswerForm form, std::string& out) {
  write_problem(kUpstreamProblems[static_cast<std::size_t>(fault)], form.keep_alive, form.with_body,
                out);
}

}  // namespace sallyport
