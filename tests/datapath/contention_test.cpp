// SPDX-License-Identifier: Apache-2.0
// One clock, spent at once by the program on every CPU and by threads of user space: what is
// admitted is never more than limit * time + burst + 1, and not much less.
#include <sched.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "agent/base/clock.hpp"
#include "agent/limits/gcra.hpp"
#include "tests/support/filter_fixture.hpp"

namespace sallyport::test {
namespace {

constexpr std::uint32_t kSlot = 5;
constexpr unsigned kUserThreads = 2;
constexpr unsigned kPacketsARun = 20000;
constexpr std::uint64_t kDuration = kSecondNs;
constexpr std::uint32_t kRate = 100'000;  // units a second; some 10 M are asked for
constexpr std::uint32_t kBurst = 50'000;  // half a second: no preemption lets the budget overflow
constexpr std::size_t kPayload = 32;

class ContentionTest : public FilterFixture<testing::Test> {
 protected:
  void arrange() override {
    filter_.declare_service("", 443, 3);
    filter_.set_slot(kSlot, 1, SP_PASS_BOUND);
    filter_.bind("192.0.2.7", 40000, 3, {kSlot, 1, 0});
  }

  sp_limits& limits() { return filter_.tables().slot_memory().slots[kSlot].limits; }
  sp_key_clocks& clocks() { return filter_.tables().slot_memory().clocks[kSlot]; }
  std::uint64_t passed() {
    return filter_.tables().counters().counters().value()[SP_PASS_BOUND].packets;
  }

  /// Units that all sides together were admitted, and the time from before the first to after
  /// the last. `clock` is the one on which a unit costs `budget`.
  struct Outcome {
    std::uint64_t by_kernel = 0;
    std::atomic<std::uint64_t> by_user{0};
    std::uint64_t elapsed_ns = 0;
  };
  void hammer(__u64& clock, const Budget& budget, Outcome& outcome) {
    const Bytes frame = PacketBuilder{}.payload(kPayload).build();
    const auto before = passed();
    const BootNs start = boot_now();
    const BootNs end = start + kDuration;
    std::vector<std::thread> threads;
    for (unsigned cpu = 0; cpu < std::thread::hardware_concurrency(); ++cpu) {
      threads.emplace_back([&, cpu] {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        (void)sched_setaffinity(0, sizeof one, &one);
        while (boot_now() < end) (void)filter_.cost_ns(Hook::kXdp, frame, kPacketsARun);
      });
    }
    for (unsigned i = 0; i < kUserThreads; ++i) {
      threads.emplace_back([&] {
        std::uint64_t admitted = 0;
        for (BootNs now = boot_now(); now < end; now = boot_now()) {
          admitted += spend(clock, budget, now).admitted ? 1 : 0;
        }
        outcome.by_user += admitted;
      });
    }
    for (auto& thread : threads) thread.join();
    outcome.elapsed_ns = boot_now() - start;
    outcome.by_kernel = passed() - before;
  }

  static void expect_exact(const Outcome& outcome) {
    const double refilled = static_cast<double>(outcome.elapsed_ns) * kRate / kSecondNs;
    const auto all = static_cast<double>(outcome.by_kernel + outcome.by_user);
    RecordProperty("by_kernel", std::to_string(outcome.by_kernel));
    RecordProperty("by_user", std::to_string(outcome.by_user.load()));
    RecordProperty("most", std::to_string(refilled + kBurst + 1));
    EXPECT_LE(all, refilled + kBurst + 1);
    // Of what came back until `kDuration` at least: a run of packets may go on after it.
    EXPECT_GE(all, 0.95 * (kRate * static_cast<double>(kDuration) / kSecondNs + kBurst));
    EXPECT_GT(outcome.by_kernel, 0U);
    EXPECT_GT(outcome.by_user, 0U);
  }
};

TEST_F(ContentionTest, PacketsAdmittedAreWhatTheLimitAllows) {
  const auto budget = Budget::per_second(kRate, kBurst);
  limits() = {.packet_cost_ns = budget.cost_ns,
              .packet_burst_ns = budget.burst_ns,
              .byte_cost = 0,
              .byte_burst_ns = 0};
  Outcome outcome;
  hammer(clocks().packets_ns, budget, outcome);
  expect_exact(outcome);
}

TEST_F(ContentionTest, BytesAdmittedAreWhatTheLimitAllows) {
  const __u64 byte_cost = (kSecondNs / kRate << SP_BYTE_COST_SHIFT) / kPayload;
  const Budget budget{.cost_ns = sp_cost_of_bytes(kPayload, byte_cost),
                      .burst_ns = kSecondNs / kRate * kBurst};
  limits() = {.packet_cost_ns = 0,
              .packet_burst_ns = 0,
              .byte_cost = byte_cost,
              .byte_burst_ns = budget.burst_ns};
  Outcome outcome;
  hammer(clocks().bytes_ns, budget, outcome);
  expect_exact(outcome);
}

}  // namespace
}  // namespace sallyport::test
