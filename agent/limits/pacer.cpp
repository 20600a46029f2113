// SPDX-License-Identifier: Apache-2.0
#include "agent/limits/pacer.hpp"

#include <algorithm>
#include <random>

namespace sallyport {

Pacer::Pacer(Budget budget) : budget_(budget) {
  if (budget_.cost_ns == 0) return;
  std::random_device random;
  seed_ = std::uint64_t{random()} << 32 | random() | 1;
  buckets_.resize(kBuckets);
}

bool Pacer::admit(const Address& source, BootNs now) noexcept {
  if (budget_.cost_ns == 0) return true;
  const std::uint64_t hash = AddressHash{}(source)*seed_;
  const std::scoped_lock guard(lock_);
  Bucket& bucket = buckets_[(hash >> 32) % kBuckets];
  auto row = std::find_if(bucket.begin(), bucket.end(), [&](const Row& one) {
    return one.clock_ns != 0 && one.source == source;
  });
  if (row == bucket.end()) {
    row = std::min_element(bucket.begin(), bucket.end(),
                           [](const Row& a, const Row& b) { return a.clock_ns < b.clock_ns; });
    *row = {.source = source, .clock_ns = 0};
  }
  return spend(row->clock_ns, budget_, now).admitted;
}

}  // namespace sallyport
