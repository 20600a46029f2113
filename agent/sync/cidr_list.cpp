// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/cidr_list.hpp"

#include <mutex>
#include <utility>

namespace sallyport {

std::optional<CidrAction> CidrList::of(const Address& source) const noexcept {
  if (is_empty_.load(std::memory_order_acquire)) return std::nullopt;
  const std::shared_lock guard(lock_);
  return set_.of(source);
}

std::optional<CidrRule> CidrList::rule_of(const Address& source) const {
  std::optional<CidrRule> longest;
  for (const auto& rule : rules_) {
    if (is_v4(rule.prefix) != source.is_v4() || !rule.prefix.contains(source)) continue;
    if (!longest || rule.prefix.length >= longest->prefix.length) longest = rule;
  }
  return longest;
}

Result<void> CidrList::replace(std::vector<CidrRule> rules) {
  CidrSet set(rules);
  {
    const std::unique_lock guard(lock_);
    std::swap(set_, set);
    is_empty_.store(rules.empty(), std::memory_order_release);
  }
  rules_ = std::move(rules);
  is_mirrored_ = false;
  return retry();
}

Result<void> CidrList::retry() {
  if (is_mirrored_) return {};
  auto done = table_.replace(rules_);
  is_mirrored_ = done.has_value();
  if (!done) ++table_failures_;
  return done;
}

Result<std::uint64_t> CidrList::read_back() {
  if (!is_mirrored_ || table_.holds(rules_)) return 0;
  is_mirrored_ = false;
  auto done = retry();
  return done ? Result<std::uint64_t>(1) : done.error();
}

}  // namespace sallyport
