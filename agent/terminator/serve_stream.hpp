// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/terminator/http2_stream.hpp"
#include "agent/terminator/session.hpp"

namespace sallyport {

/// Serves the request of one stream, whose head is complete, on `carrier`'s connection.
Detached run_stream(Session& carrier, Http2Stream& stream);

}  // namespace sallyport
