// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "agent/association/key_index.hpp"
#include "agent/registry/registry.hpp"

namespace sallyport {

/// Carries what the workers note of the keys' use into the registry, so that it is known after a
/// restart: a walk over all keys a minute, a part of it each second.
///
/// Thread safety: confined to the control strand.
class UseLog {
 public:
  UseLog(KeyIndex& index, Registry& registry) : index_(index), registry_(registry) {}

  /// At start: what was known before. Needs a look at every key.
  Result<void> load();
  /// Once a second.
  Result<void> save_some(UnixSeconds now);
  /// All that may not have been saved; at the end.
  Result<void> save_all(UnixSeconds now);

 private:
  static constexpr UnixSeconds kRound = 60;  // seconds that a walk takes

  Result<void> save(std::size_t most, UnixSeconds now);

  KeyIndex& index_;
  Registry& registry_;
  std::size_t walked_ = 0;
};

}  // namespace sallyport
