// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/intrusive/list.hpp>
#include <unordered_map>

#include "agent/association/key_entry.hpp"

namespace sallyport {

/// Membership in the list of one key's users; leaves it when destroyed.
using KeyUserHook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// Something that uses a key: a connection, seen from here.
class KeyUser : public KeyUserHook {
 public:
  /// The key is condemned: end at once, leaving the list.
  virtual void cut_for_key() noexcept = 0;

 protected:
  ~KeyUser() = default;
};

/// Which of a worker's connections use which key. One thread.
class KeyUsers {
 public:
  /// `user` leaves the list that it is in.
  void put(KeyUser& user, KeyEntry& key) {
    user.unlink();
    users_[&key].push_back(user);
  }
  static void remove(KeyUser& user) noexcept { user.unlink(); }

  /// Cuts every user of the key; returns how many.
  std::uint64_t cut(KeyEntry& key) noexcept;

  /// Forgets keys that nobody uses. Cheap enough for a coarse timer when `size` has grown.
  void sweep();

  /// Keys remembered, used or not.
  [[nodiscard]] std::size_t size() const noexcept { return users_.size(); }
  [[nodiscard]] std::size_t count(KeyEntry& key) const noexcept;

 private:
  using List = boost::intrusive::list<KeyUser, boost::intrusive::constant_time_size<false>>;

  std::unordered_map<KeyEntry*, List> users_;
  std::size_t swept_size_ = 0;
};

}  // namespace sallyport
