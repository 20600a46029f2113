// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/terminator/edge.hpp"
#include "agent/terminator/key_users.hpp"

namespace sallyport {

/// What a connection carries. kManyKeys: the requests of a hop's many clients.
enum class Carries : std::uint8_t { kOneKey, kManyKeys };

/// What one connection has to do with keys: which one it uses, and whether the kernel may judge
/// its packets by it. The kernel may while every request on it used that one key; a second key
/// makes it mixed: unbound for good, and in a key's list only while a request of it runs. A hop's
/// connection is mixed from the start, and no refusal speaks against it.
///
/// Thread: the worker's.
class KeyBinding {
 public:
  KeyBinding(Edge& edge, KeyUsers& users, KeyUser& user, const sp_connection_key& connection,
             Carries carries = Carries::kOneKey)
      : edge_(edge),
        users_(users),
        user_(user),
        connection_(connection),
        carries_(carries),
        state_(carries == Carries::kOneKey ? State::kNone : State::kMixed) {}

  /// A request of `key` passed the checks. From here on `KeyUsers::cut` finds the connection.
  void use(KeyEntry& key);
  /// The same, where requests run at once and each is among its key's users itself: this one is
  /// found only while the connection is bound.
  void use_beside(KeyEntry& key);
  /// A request that presented `key` (null: one that nobody has) was refused.
  void refuse(const KeyEntry* key) noexcept;
  /// The request that was let through has been answered.
  void on_answered() noexcept;

  /// Condemns the connection of an offender.
  void condemn() noexcept;
  /// Undoes the binding, if there is one. `kClosed`: call it before the socket is closed, so
  /// that its 4-tuple is free before it can be had again.
  void end(Ended ended) noexcept;

  /// Whether it is bound, its last request passed, and its key is good still.
  [[nodiscard]] bool is_in_good_standing(UnixSeconds now) const noexcept;
  [[nodiscard]] bool was_refused() const noexcept { return was_refused_; }
  [[nodiscard]] bool is_mixed() const noexcept { return state_ == State::kMixed; }

 private:
  enum class State : std::uint8_t { kNone, kBound, kMixed };

  void bind(KeyEntry& key);
  void mix() noexcept;

  Edge& edge_;
  KeyUsers& users_;
  KeyUser& user_;
  sp_connection_key connection_;
  Carries carries_;
  State state_;
  KeyEntry* key_ = nullptr;  // of the last request that passed
  bool in_kernel_ = false;   // a binding of ours is in the kernel's table
  bool was_refused_ = false;
};

}  // namespace sallyport
