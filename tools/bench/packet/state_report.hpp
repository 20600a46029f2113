// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/base/result.hpp"
#include "tools/bench/packet/options.hpp"

namespace sallyport::bench {

/// Loads the state that all cases stand on and nothing else; prints how long the denied keys took
/// and what memory the maps have then.
Result<void> report_state(const Options& options);

}  // namespace sallyport::bench
