// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/app/parts.hpp"
#include "agent/service/operations.hpp"

namespace sallyport {

/// What operators see of the parts. Control strand.
[[nodiscard]] std::vector<BanView> view_bans(Parts& parts);
[[nodiscard]] Result<StatusView> view_status(Parts& parts);
[[nodiscard]] Result<CountersView> view_counters(Parts& parts);

}  // namespace sallyport
