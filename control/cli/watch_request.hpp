// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sallyport/control/v1/events.pb.h>

#include <vector>

#include "control/cli/command.hpp"

namespace sallyport {

/// Which events: --verdict, --source and --service, and how many by the option named `most`.
[[nodiscard]] Result<control::v1::WatchEventsRequest> make_watch_request(
    const Invocation& invocation, std::string_view most);

/// `own` and the options that every such command takes.
[[nodiscard]] std::vector<Parameter> with_event_filters(std::vector<Parameter> own);

}  // namespace sallyport
