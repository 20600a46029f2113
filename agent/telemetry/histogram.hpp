// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace sallyport {

/// How often a time fell between two bounds. Takes no lock and no memory.
///
/// Thread safety: one thread observes, any thread reads.
class Histogram {
 public:
  static constexpr std::array<std::uint64_t, 16> kBoundsUs = {
      50,     100,    250,     500,     1'000,   2'500,     5'000,     10'000,
      25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 10'000'000};

  /// What one or several have seen: by bound, those beyond the last one last.
  struct Reading {
    std::array<std::uint64_t, kBoundsUs.size() + 1> counts{};
    std::uint64_t sum_us = 0;
  };

  void observe(std::uint64_t us) noexcept {
    std::size_t bound = 0;
    while (bound < kBoundsUs.size() && us > kBoundsUs[bound]) ++bound;
    raise(counts_[bound], 1);
    raise(sum_us_, us);
  }

  void add_to(Reading& sum) const noexcept {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      sum.counts[i] += counts_[i].load(std::memory_order_relaxed);
    }
    sum.sum_us += sum_us_.load(std::memory_order_relaxed);
  }

 private:
  // No read-modify-write: there is one writer.
  static void raise(std::atomic<std::uint64_t>& value, std::uint64_t by) noexcept {
    value.store(value.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  std::array<std::atomic<std::uint64_t>, kBoundsUs.size() + 1> counts_{};
  std::atomic<std::uint64_t> sum_us_{0};
};

}  // namespace sallyport
