// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/event_hub.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace sallyport {

bool EventFilter::matches(const sp_event& event) const noexcept {
  if (verdict && event.verdict != *verdict) return false;
  if (service_id && event.service_id != *service_id) return false;
  return !source || Address::from_abi(event.source).as_source() == source->as_source();
}

std::optional<sp_event> EventFollower::next(std::chrono::milliseconds patience) {
  std::unique_lock guard(lock_);
  changed_.wait_for(guard, patience, [this] { return closed_ || !queue_.empty(); });
  if (queue_.empty()) return std::nullopt;
  const sp_event event = queue_.front();
  queue_.pop_front();
  return event;
}

bool EventFollower::is_over() const {
  const std::scoped_lock guard(lock_);
  return closed_ && queue_.empty();
}

std::uint64_t EventFollower::missed() const {
  const std::scoped_lock guard(lock_);
  return missed_;
}

bool EventFollower::offer(const sp_event& event) {
  const std::scoped_lock guard(lock_);
  if (queue_.size() >= kQueue) {
    ++missed_;
    return false;
  }
  queue_.push_back(event);
  changed_.notify_one();
  return true;
}

void EventFollower::close() {
  const std::scoped_lock guard(lock_);
  closed_ = true;
  changed_.notify_all();
}

void EventHub::publish(const sp_event& event) {
  const std::scoped_lock guard(lock_);
  if (kept_.size() >= kKept) kept_.pop_front();
  kept_.push_back(event);
  for (const auto& weak : followers_) {
    const auto follower = weak.lock();
    if (follower && follower->filter_.matches(event) && !follower->offer(event)) {
      missed_.fetch_add(1, std::memory_order_relaxed);
    }
  }
}

std::vector<sp_event> EventHub::recent(const EventFilter& filter, std::size_t most) const {
  std::vector<sp_event> events;
  const std::scoped_lock guard(lock_);
  for (auto at = kept_.rbegin(); at != kept_.rend(); ++at) {
    if (most != 0 && events.size() == most) break;
    if (filter.matches(*at)) events.push_back(*at);
  }
  std::reverse(events.begin(), events.end());
  return events;
}

Result<std::shared_ptr<EventFollower>> EventHub::follow(const EventFilter& filter) {
  const std::scoped_lock guard(lock_);
  if (closed_) return failure(Errc::kUnavailable, "the agent is stopping");
  std::erase_if(followers_, [](const auto& weak) { return weak.expired(); });
  if (followers_.size() >= kMostFollowers) {
    return failure(Errc::kFull,
                   std::to_string(followers_.size()) + " follow the events already, as many as may",
                   "end one of them: sallyport events --follow, or sallyport trace");
  }
  auto follower = std::make_shared<EventFollower>(filter);
  followers_.push_back(follower);
  return follower;
}

void EventHub::close() {
  const std::scoped_lock guard(lock_);
  closed_ = true;
  for (const auto& weak : followers_) {
    if (const auto follower = weak.lock()) follower->close();
  }
}

}  // namespace sallyport
