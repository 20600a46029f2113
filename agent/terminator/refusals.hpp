// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "agent/association/check_code.hpp"
#include "agent/http/message.hpp"

namespace sallyport {

/// How an answer of ours is shaped by the request that it answers.
struct AnswerForm {
  bool keep_alive = true;
  bool with_body = true;  // false: to HEAD
};

/// The answers to refused requests, written once: a refusal costs no more than sending it.
/// Immutable, so shared by all workers.
class Refusals {
 public:
  Refusals();

  /// For any refusing code but kOverLimit. Codes of uniform disclosure give the same bytes.
  [[nodiscard]] std::string_view of(CheckCode code, AnswerForm form) const noexcept {
    return texts_[static_cast<std::size_t>(code)][index(form)];
  }

 private:
  static std::size_t index(AnswerForm form) noexcept {
    return (form.keep_alive ? 2U : 0U) + (form.with_body ? 1U : 0U);
  }

  std::array<std::array<std::string, 4>, static_cast<std::size_t>(CheckCode::kCount)> texts_;
};

/// Appends the answer to a request over its key's limit.
void write_over_limit(std::uint64_t retry_after_ns, AnswerForm form, std::string& out);

/// Appends the answer to a request that can't be served as sent (a status of `ParseResult`, 408
/// or 413); closes.
void write_bad_request(unsigned status, std::string_view why, std::string& out);

enum class UpstreamFault : std::uint8_t { kUnreachable, kBadResponse, kTimeout };

/// Appends the answer to a request that the upstream failed.
void write_upstream_fault(UpstreamFault fault, AnswerForm form, std::string& out);

}  // namespace sallyport
