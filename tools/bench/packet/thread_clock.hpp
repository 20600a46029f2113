// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <time.h>

namespace sallyport::bench {

/// CPU time of the calling thread, not wall clock: what else runs here must not count.
inline double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace sallyport::bench
