// SPDX-License-Identifier: Apache-2.0
#include "agent/base/cidr_set.hpp"

#include <algorithm>

namespace sallyport {
namespace {

constexpr unsigned kV4PrefixBits = 96;

using Run = CidrSet::Run;

/// From `first` on `action` counts. Runs come in ascending order; a later one at the same place
/// replaces the earlier.
void begin_run(std::vector<Run>& runs, const Address& first, std::optional<CidrAction> action) {
  if (!runs.empty() && runs.back().first == first) runs.pop_back();
  const auto before = runs.empty() ? std::nullopt : runs.back().action;
  if (before != action) runs.push_back({first, action});
}

/// Ends the innermost of the open prefixes: what is around it counts again behind it.
void end_innermost(std::vector<Run>& runs, std::vector<const CidrRule*>& open) {
  const auto& ended = open.back()->prefix;
  const auto behind = next_after(last_of(ended));
  open.pop_back();
  if (!behind || (is_v4(ended) && !behind->is_v4())) return;  // the family ends there
  begin_run(runs, *behind, open.empty() ? std::nullopt : std::optional(open.back()->action));
}

/// `rules` of one family, the outer before the inner: prefixes nest, or have nothing in common.
std::vector<Run> flatten(const std::vector<const CidrRule*>& rules) {
  std::vector<Run> runs;
  std::vector<const CidrRule*> open;
  for (const CidrRule* rule : rules) {
    while (!open.empty() && last_of(open.back()->prefix) < rule->prefix.base) {
      end_innermost(runs, open);
    }
    begin_run(runs, rule->prefix.base, rule->action);
    open.push_back(rule);
  }
  while (!open.empty()) end_innermost(runs, open);
  return runs;
}

}  // namespace

CidrSet::CidrSet(std::span<const CidrRule> rules) {
  std::vector<const CidrRule*> v4;
  std::vector<const CidrRule*> v6;
  for (const auto& rule : rules) (is_v4(rule.prefix) ? v4 : v6).push_back(&rule);
  const auto is_before = [](const CidrRule* a, const CidrRule* b) {
    return a->prefix.base != b->prefix.base ? a->prefix.base < b->prefix.base
                                            : a->prefix.length < b->prefix.length;
  };
  std::stable_sort(v4.begin(), v4.end(), is_before);
  std::stable_sort(v6.begin(), v6.end(), is_before);
  v4_ = flatten(v4);
  v6_ = flatten(v6);
}

std::optional<CidrAction> CidrSet::of(const Address& address) const noexcept {
  const auto& runs = address.is_v4() ? v4_ : v6_;
  const auto after =
      std::upper_bound(runs.begin(), runs.end(), address,
                       [](const Address& one, const Run& run) { return one < run.first; });
  return after == runs.begin() ? std::nullopt : std::prev(after)->action;
}

bool is_v4(const Cidr& prefix) noexcept {
  return prefix.length >= kV4PrefixBits && prefix.base.is_v4();
}

Address last_of(const Cidr& prefix) noexcept {
  Address last = prefix.base;
  for (unsigned bit = prefix.length; bit < 8 * last.bytes.size(); ++bit) {
    last.bytes[bit / 8] = static_cast<std::uint8_t>(last.bytes[bit / 8] | 0x80U >> bit % 8);
  }
  return last;
}

std::optional<Address> next_after(Address address) noexcept {
  for (auto byte = address.bytes.rbegin(); byte != address.bytes.rend(); ++byte) {
    if (++*byte != 0) return address;
  }
  return std::nullopt;
}

}  // namespace sallyport
