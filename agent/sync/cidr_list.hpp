// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "agent/base/cidr_set.hpp"
#include "agent/datapath/tables.hpp"

namespace sallyport {

/// The operator's prefixes as they are in force, the truth for the inner door, mirrored into the
/// kernel as a whole.
///
/// Thread safety: `of` from any thread; all else from the control strand.
class CidrList {
 public:
  explicit CidrList(CidrTable& table) : table_(table) {}

  [[nodiscard]] std::optional<CidrAction> of(const Address& source) const noexcept;

  /// The rule that decides about the source; looks at every one. Control strand.
  [[nodiscard]] std::optional<CidrRule> rule_of(const Address& source) const;

  /// Holds here at once. The failure is the kernel's: it then has no prefix, and `retry` tries
  /// again.
  Result<void> replace(std::vector<CidrRule> rules);
  /// Once more, if the kernel did not take the last list; nothing where it did.
  Result<void> retry();

  /// Puts the list anew if the kernel does not hold it; 1: it did not.
  Result<std::uint64_t> read_back();

  [[nodiscard]] std::uint64_t table_failures() const noexcept { return table_failures_; }

 private:
  CidrTable& table_;
  std::vector<CidrRule> rules_;
  bool is_mirrored_ = true;
  std::uint64_t table_failures_ = 0;
  mutable std::shared_mutex lock_;  // around set_
  CidrSet set_;
  std::atomic<bool> is_empty_{true};  // lets accepts skip the lock while there is no list
};

}  // namespace sallyport
