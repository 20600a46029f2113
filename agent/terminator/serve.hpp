// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/terminator/session.hpp"
#include "agent/terminator/task.hpp"

namespace sallyport {

/// The life of a client connection, from the handshake to its end; the caller closes it.
[[nodiscard]] Task<void> serve(Session& session);

}  // namespace sallyport
