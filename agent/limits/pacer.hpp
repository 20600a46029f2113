// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <mutex>
#include <vector>

#include "agent/base/address.hpp"
#include "agent/base/clock.hpp"
#include "agent/limits/gcra.hpp"

namespace sallyport {

/// One GCRA clock for each of many sources. Bounded memory and time: a source has its place among
/// eight, by a hash that nobody outside knows; when they are taken, the one whose budget is fullest
/// is forgotten and begins with a full one again.
///
/// Thread safety: any thread.
class Pacer {
 public:
  /// `cost_ns == 0`: everything is admitted, and nothing is kept.
  explicit Pacer(Budget budget);

  /// Spends one unit of the source's, if it conforms.
  [[nodiscard]] bool admit(const Address& source, BootNs now) noexcept;

 private:
  struct Row {
    Address source;
    __u64 clock_ns = 0;  // when its budget is full again; 0: free
  };
  static constexpr std::size_t kBuckets = 8192;
  using Bucket = std::array<Row, 8>;

  Budget budget_;
  std::uint64_t seed_ = 0;
  std::mutex lock_;  // around buckets_
  std::vector<Bucket> buckets_;
};

}  // namespace sallyport
