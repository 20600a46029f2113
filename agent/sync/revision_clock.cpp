// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/revision_clock.hpp"

#include <algorithm>

namespace sallyport {

void RevisionClock::advance(Revision revision) {
  {
    const std::lock_guard guard(lock_);
    revision_ = std::max(revision_, revision);
  }
  changed_.notify_all();
}

void RevisionClock::close() {
  {
    const std::lock_guard guard(lock_);
    closed_ = true;
  }
  changed_.notify_all();
}

RevisionClock::Waited RevisionClock::wait_beyond(Revision seen,
                                                 std::chrono::milliseconds patience) {
  std::unique_lock guard(lock_);
  changed_.wait_for(guard, patience, [&] { return closed_ || revision_ > seen; });
  if (revision_ > seen) return Waited::kNews;
  return closed_ ? Waited::kClosed : Waited::kNothing;
}

}  // namespace sallyport
