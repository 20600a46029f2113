// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "agent/app/parts.hpp"
#include "agent/service/event_stream.hpp"

namespace sallyport {

/// Events as the query asks for them, with the names that operators know: of services, keys and
/// interfaces. Any thread. kConflict: there can be none here.
[[nodiscard]] Result<std::unique_ptr<EventStream>> watch_events(Parts& parts,
                                                                const EventQuery& query);

}  // namespace sallyport
