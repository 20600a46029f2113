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

Revision RevisionClock::lag() {
  const Revision committed = committed_.load();
  const std::lock_guard guard(lock_);
  // Before the first change after a start nothing is known, and nothing is behind.
  if (revision_ == 0) return committed == 0 ? 0 : 1;
  return committed > revision_ ? committed - revision_ : 0;
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
