// SPDX-License-Identifier: Apache-2.0
#include "agent/app/verdicts.hpp"

namespace sallyport {
namespace {

struct Verdict {
  std::string_view name;
  std::string_view text;
};

constexpr Verdict kVerdicts[] = {
#define X(name, action, text) {#name, text},
    SP_VERDICTS(X)
#undef X
};

constexpr Verdict kUnknown = {"UNKNOWN", "no verdict that this agent knows"};

const Verdict& of(std::uint32_t verdict) noexcept {
  return verdict < SP_VERDICT_COUNT ? kVerdicts[verdict] : kUnknown;
}

}  // namespace

std::string_view verdict_name(std::uint32_t verdict) noexcept {
  return of(verdict).name;
}

std::string_view verdict_text(std::uint32_t verdict) noexcept {
  return of(verdict).text;
}

std::optional<sp_verdict> find_verdict(std::string_view name) noexcept {
  for (std::uint32_t i = 0; i < SP_VERDICT_COUNT; ++i) {
    if (kVerdicts[i].name == name) return static_cast<sp_verdict>(i);
  }
  return std::nullopt;
}

}  // namespace sallyport
