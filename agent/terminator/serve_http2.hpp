// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/terminator/session.hpp"

namespace sallyport {

/// Serves a connection that has agreed on HTTP/2, until it ends or is to end.
[[nodiscard]] Task<void> serve_http2(Session& session);

}  // namespace sallyport
