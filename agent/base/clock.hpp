// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sallyport {

/// Nanoseconds of CLOCK_BOOTTIME: the clock of every verdict's expiry and every rate, because
/// the kernel side reads the same one (`bpf_ktime_get_boot_ns`).
using BootNs = std::uint64_t;

/// Seconds since 1970 (UTC): what an operator means by a date.
using UnixSeconds = std::int64_t;

[[nodiscard]] BootNs boot_now() noexcept;
[[nodiscard]] UnixSeconds unix_now() noexcept;

constexpr BootNs kSecondNs = 1'000'000'000;

}  // namespace sallyport
