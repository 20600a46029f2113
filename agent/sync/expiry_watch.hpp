// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <set>
#include <utility>
#include <vector>

#include "agent/association/key_index.hpp"

namespace sallyport {

/// Knows which keys expire next, so that each is acted on in its second, without a look at all of
/// them: those that end soon are kept in order, and a walk, a part of the index a second, finds
/// them before it is time.
///
/// Thread safety: confined to the control strand.
class ExpiryWatch {
 public:
  /// Looks at every key. Those that have ended by `now` are history.
  void start(KeyIndex& index, UnixSeconds now);

  /// After a change of the key.
  void note(KeyEntry& key, UnixSeconds now);

  /// Once a second: the keys whose last second has passed since the last call, each once.
  [[nodiscard]] std::vector<KeyEntry*> due(KeyIndex& index, UnixSeconds now);

 private:
  static constexpr UnixSeconds kRound = 60;          // seconds that a walk takes
  static constexpr UnixSeconds kAhead = 2 * kRound;  // whoever ends within these is kept

  void walk(KeyIndex& index, std::size_t most, UnixSeconds now);

  std::set<std::pair<UnixSeconds, KeyEntry*>> soon_;
  UnixSeconds told_ = 0;  // until then, all that ended has been told
  std::size_t walked_ = 0;
};

}  // namespace sallyport
