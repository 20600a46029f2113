// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/terminator/forward.hpp"
#include "agent/terminator/session.hpp"

namespace sallyport {

/// Passes bytes both ways between the client and `client.up`, after a 101, until one of them ends,
/// the key is revoked, or neither says anything for `tunnel_timeout`. What is in `client.in` and
/// `exchange.from_upstream` already goes first. Holds at most one block a direction, so that who
/// reads slowly is not sent more, and no block while nothing is under way. The key's byte limits
/// hold in both directions, each by itself.
///
/// Gives kFinished or kAborted.
[[nodiscard]] Task<Attempt> tunnel(Session& client, Exchange& exchange, KeyEntry& key);

}  // namespace sallyport
