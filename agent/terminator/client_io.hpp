// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string_view>

#include "agent/terminator/session.hpp"
#include "agent/terminator/task.hpp"

namespace sallyport {

/// Arms the session's deadline with `timeout` when it has to wait, and not again.
[[nodiscard]] Task<Step> shake_hands(Session& session, std::chrono::milliseconds timeout);

/// Reads at least one byte into `client.in`. Its deadline is the caller's.
[[nodiscard]] Task<Step> fill(Downstream& client);

/// Waits so long, in steps of the worker's tick; kGone when the client leaves meanwhile.
[[nodiscard]] Task<Step> wait_out(Downstream& client, std::uint64_t ns);

/// Ends a connection in good order, without leaving the peer's last bytes unread where that would
/// reset the connection before it has read our answer.
[[nodiscard]] Task<void> say_goodbye(Session& session);

}  // namespace sallyport
