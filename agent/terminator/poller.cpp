// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/poller.hpp"

#include <cerrno>

namespace sallyport {

namespace {

constexpr std::uint32_t kEdgeEvents = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
constexpr std::uint32_t kLevelEvents = EPOLLIN;

std::uint8_t ready_of(std::uint32_t events) noexcept {
  std::uint8_t ready = 0;
  if ((events & EPOLLIN) != 0) ready |= Watch::kReadable;
  if ((events & EPOLLOUT) != 0) ready |= Watch::kWritable;
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    ready |= Watch::kGone | Watch::kReadable | Watch::kWritable;  // the next call says why
  }
  return ready;
}

}  // namespace

Result<Poller> Poller::open() {
  UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) {
    return system_failure(errno, "cannot make an epoll instance for a worker",
                          "raise the limit of open files (LimitNOFILE=)");
  }
  return Poller(std::move(epoll));
}

bool Poller::add(Watch& watch, Trigger trigger) noexcept {
  epoll_event event{};
  event.events = trigger == Trigger::kEdge ? kEdgeEvents : kLevelEvents;
  event.data.ptr = &watch;
  if (trigger == Trigger::kEdge) watch.add(Watch::kWritable);
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, watch.fd(), &event) == 0;
}

void Poller::set_paused(Watch& watch, bool is_paused) noexcept {
  epoll_event event{};
  event.events = is_paused ? 0 : kLevelEvents;
  event.data.ptr = &watch;
  (void)::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, watch.fd(), &event);
}

void Poller::wait(int timeout_ms) noexcept {
  const int count =
      ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), timeout_ms);
  fetched_ = count > 0 ? static_cast<std::size_t>(count) : 0;
}

void Poller::dispatch() noexcept {
  for (std::size_t i = 0; i < fetched_; ++i) {
    auto& watch = *static_cast<Watch*>(events_[i].data.ptr);
    if (watch.watcher_ == nullptr) continue;
    watch.add(ready_of(events_[i].events));
    watch.watcher_->on_ready(watch);
  }
  fetched_ = 0;
}

}  // namespace sallyport
