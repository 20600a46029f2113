// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "agent/base/result.hpp"
#include "agent/datapath/bpf_object.hpp"
#include "agent/datapath/pin_plan.hpp"

namespace sallyport {

/// What becomes of an older version's tables. Three kinds:
///  - shared: layout and meaning have not changed since, so the same map serves both programs.
///    Nothing is copied, and nothing that either side writes before the swap is lost.
///  - carried by the common part: the control row and the counters.
///  - begun anew: what the agent writes at each start (services, prefixes, keys), or what is only
///    lost time (events).

/// Older ones than this share nothing with us.
inline constexpr unsigned kOldestCarried = 3;

/// Whether this version's map and the one that `version` pinned under that name may be one.
[[nodiscard]] bool is_shared(std::string_view map, unsigned version);

/// Fills a control row that is still empty. Before KernelTables::open, which reads it.
Result<void> carry_control(const EarlierPins& earlier, const BpfObject& object);

/// Verdicts keep their numbers, and struct sp_counter grows at its end only. To be called right
/// before the swap: what the old program counts afterwards is not carried.
Result<void> carry_counters(const EarlierPins& earlier, const BpfObject& object);

}  // namespace sallyport
