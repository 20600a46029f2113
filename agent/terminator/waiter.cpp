// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/waiter.hpp"

namespace sallyport {

Waiter::~Waiter() {
  if (is_queued_) std::erase(context.yielding, this);
}

void Waiter::on_ready(Watch&) noexcept {
  if (waiter_ && is_ready(interest_)) resume();
}

void Waiter::on_turn() noexcept {
  is_queued_ = false;
  if (is_yielding_ && waiter_) resume();
}

void Waiter::ask_for_turn() {
  is_yielding_ = true;
  if (!std::exchange(is_queued_, true)) context.yielding.push_back(this);
}

void Waiter::end() noexcept {
  is_ended_ = true;
  if (waiter_) resume();
}

void Waiter::time_out() noexcept {
  clear_timeout();
  is_timed_out_ = true;
  resume();
}

void Waiter::resume() noexcept {
  is_yielding_ = false;
  std::exchange(waiter_, nullptr).resume();
}

}  // namespace sallyport
