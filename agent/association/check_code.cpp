// SPDX-License-Identifier: Apache-2.0
#include "agent/association/check_code.hpp"

#include <array>
#include <cassert>
#include <cstddef>

namespace sallyport {
namespace {

constexpr std::string_view kUniformCode = "invalid-key";

constexpr std::array<CheckInfo, static_cast<std::size_t>(CheckCode::kCount)> kChecks = {
    {{"allowed", 200, Disclosure::kOpen, "every check passed"},
#define X(name, code, status, disclosure, text) {code, status, Disclosure::disclosure, text},
     SP_CHECK_CODES(X)
#undef X
    }};

}  // namespace

const CheckInfo& info(CheckCode code) noexcept {
  assert(code < CheckCode::kCount);
  return kChecks[static_cast<std::size_t>(code)];
}

std::string_view disclosed_code(CheckCode code) noexcept {
  return info(code).disclosure == Disclosure::kUniform ? kUniformCode : info(code).code;
}

}  // namespace sallyport
