// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "agent/app/parts.hpp"
#include "agent/service/explanation.hpp"

namespace sallyport {

/// What both doors say of a source by itself.
struct SourceWord {
  sp_verdict outer = SP_PASS_UNJUDGED;
  std::optional<DoorAnswer> inner;  // none: nothing is known against it
};

/// Writes what is known of the source into `facts`: the prefix that decides, or the ban with its
/// evidence. `state`: the kernel's row of it. Control strand.
[[nodiscard]] SourceWord explain_source(Parts& parts, const Address& address,
                                        const std::optional<sp_source_state>& state, BootNs now,
                                        std::vector<Fact>& facts);

}  // namespace sallyport
