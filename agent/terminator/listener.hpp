// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/base/address.hpp"
#include "agent/base/result.hpp"
#include "agent/base/unique_fd.hpp"
#include "agent/config/config.hpp"

namespace sallyport {

/// Fails where another socket listens on `endpoint`, one with SO_REUSEPORT too: it would
/// silently take a share of our connections.
[[nodiscard]] Result<void> check_port_is_free(const Endpoint& endpoint);

/// A listening, non-blocking socket that shares its port with those of our other workers.
[[nodiscard]] Result<UniqueFd> listen_on(const Endpoint& endpoint);

/// A connection that came in.
struct Accepted {
  UniqueFd fd;  // empty: see `error`
  Address peer;
  std::uint16_t peer_port_be = 0;  // network byte order
  int error = 0;                   // errno; EAGAIN: none waits
};

[[nodiscard]] Accepted accept_from(int listener) noexcept;

}  // namespace sallyport
