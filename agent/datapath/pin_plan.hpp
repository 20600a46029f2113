// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "agent/base/result.hpp"
#include "agent/datapath/pin_directory.hpp"

namespace sallyport {

/// An older version's tables, whose state goes along (see carry_over.hpp).
struct EarlierPins {
  PinDirectory pins;
  unsigned version = 0;
};

/// With which tables an agent of this ABI version begins.
struct PinPlan {
  PinDirectory tables;
  /// They are made anew in `unfinished_pins_of`, and come into force by a rename.
  bool is_new = false;
  std::optional<EarlierPins> earlier;  // only where is_new
  std::string note;                    // what the operator should know; may be empty
};

/// Looks at what is pinned below `root`, removes what was abandoned unfinished, and makes the
/// directories of the tables.
/// kIncompatible: a newer version's door is there, or one that contradicts itself;
/// kUnavailable: `root` is not on a bpffs.
[[nodiscard]] Result<PinPlan> plan_pins(const std::string& root);

}  // namespace sallyport
