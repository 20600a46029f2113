// SPDX-License-Identifier: Apache-2.0
#include "agent/base/clock.hpp"

#include <ctime>

namespace sallyport {

BootNs boot_now() noexcept {
  timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<BootNs>(now.tv_sec) * kSecondNs + static_cast<BootNs>(now.tv_nsec);
}

UnixSeconds unix_now() noexcept {
  return std::time(nullptr);
}

}  // namespace sallyport
