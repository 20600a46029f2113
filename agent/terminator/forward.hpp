// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/terminator/downstream.hpp"

namespace sallyport {

/// How one try at the upstream ended.
enum class Attempt : std::uint8_t {
  kAnswered,     // the client has a whole response; the connection may be used again
  kFinished,     // the client has its response; the connection is to be closed in order
  kSwitched,     // the client has the head of the 101; `client.up` is the other end of a tunnel
  kAborted,      // nothing more can or may be said to the client
  kStale,        // an idle upstream connection turned out closed, before a byte of an answer
  kUnreachable,  // from here on: the client has no byte of a response yet
  kBadResponse,
  kTimeout,
  kBadBody,       // the client's: its form is broken
  kBodyTooLarge,  // the client's
  kBodyTooSlow,   // the client's
};

/// Serves the request whose head is `exchange.request` from the upstream, in the name of `key`.
/// Gives kAnswered, kFinished, kSwitched or kAborted: what went wrong has been answered.
[[nodiscard]] Task<Attempt> forward(Downstream& client, Exchange& exchange, KeyEntry& key);

/// Reads the response from `client.up` and passes it to the client; the request has been sent,
/// but for what remains of `exchange.request_body`.
[[nodiscard]] Task<Attempt> relay_response(Downstream& client, Exchange& exchange, KeyEntry& key);

}  // namespace sallyport
