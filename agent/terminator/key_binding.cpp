// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/key_binding.hpp"

#include "agent/association/checks.hpp"

namespace sallyport {

void KeyBinding::use(KeyEntry& key) {
  was_refused_ = false;
  if (state_ == State::kBound) {
    if (key_ == &key) return;
    mix();
  }
  if (state_ == State::kNone) {
    bind(key);
    return;
  }
  key_ = &key;
  users_.put(user_, key);
}

void KeyBinding::use_beside(KeyEntry& key) {
  was_refused_ = false;
  if (state_ == State::kNone) bind(key);
  if (state_ == State::kMixed || key_ == &key) return;
  mix();
  KeyUsers::remove(user_);
}

void KeyBinding::refuse(const KeyEntry* key) noexcept {
  was_refused_ = carries_ == Carries::kOneKey;
  if (state_ == State::kBound && key_ == key) return;
  mix();
  KeyUsers::remove(user_);
}

void KeyBinding::on_answered() noexcept {
  if (state_ == State::kMixed) KeyUsers::remove(user_);
}

void KeyBinding::condemn() noexcept {
  edge_.condemn(connection_);
  in_kernel_ = true;
}

void KeyBinding::end(Ended ended) noexcept {
  KeyUsers::remove(user_);
  if (in_kernel_) edge_.unbind(connection_, ended);
  in_kernel_ = false;
}

bool KeyBinding::is_in_good_standing(UnixSeconds now) const noexcept {
  return state_ == State::kBound && !was_refused_ &&
         check_standing(*key_, now) == CheckCode::kAllowed;
}

void KeyBinding::bind(KeyEntry& key) {
  key_ = &key;
  users_.put(user_, key);
  state_ = State::kBound;
  in_kernel_ = edge_.bind(connection_, key);
}

void KeyBinding::mix() noexcept {
  state_ = State::kMixed;
  if (in_kernel_) edge_.unbind(connection_, Ended::kClosed);
  in_kernel_ = false;
}

}  // namespace sallyport
