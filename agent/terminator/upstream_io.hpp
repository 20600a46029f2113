// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/terminator/client_io.hpp"

namespace sallyport {

/// Steps of talking to `client.up`.

/// Gives the client's request an upstream connection, an idle one where `may_reuse`. kGone: none is
/// to be had.
enum class Reuse : std::uint8_t { kIdleToo, kFreshOnly };
[[nodiscard]] Task<Step> connect_upstream(Downstream& client, Reuse reuse);

/// Sends all of `bytes`, which may end with the first wait; `sent` counts what the socket took.
/// Stops early, with kDone, when the upstream begins to answer.
[[nodiscard]] Task<Step> send_upstream(Downstream& client, std::string_view bytes,
                                       std::size_t& sent);

/// Reads at least one byte into `buffer`; kGone at the end of the stream. Gives up with kEnd when
/// the client is gone. Its deadline is the caller's.
[[nodiscard]] Task<Step> fill_upstream(Downstream& client, Buffer& buffer);

}  // namespace sallyport
