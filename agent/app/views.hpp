// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "agent/app/parts.hpp"
#include "agent/service/operations.hpp"

namespace sallyport {

/// The outer door's, by verdict.
using PacketCounters = std::array<sp_counter, SP_VERDICT_COUNT>;

/// What operators see of the parts. Control strand; what was read from the kernel's tables is
/// given, since they may be large, and the strand has revocations to do.
[[nodiscard]] std::vector<BanView> view_bans(Parts& parts);
[[nodiscard]] Result<StatusView> view_status(Parts& parts, std::vector<TableUse> tables);
[[nodiscard]] CountersView view_counters(Parts& parts, const PacketCounters& packets);

}  // namespace sallyport
