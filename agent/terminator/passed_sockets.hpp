// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/unique_fd.hpp"
#include "agent/config/config.hpp"

namespace sallyport {

/// A listening socket and where it listens.
struct ListeningSocket {
  Endpoint endpoint;
  UniqueFd fd;
};

/// Listening sockets that were there before this process, and will be after it: whoever connects
/// while no agent runs waits in their queues, and is not refused.
class PassedSockets {
 public:
  PassedSockets() = default;
  /// Takes descriptors over. Those that are no listening TCP sockets are closed; `strangers` says
  /// how many those were.
  explicit PassedSockets(std::vector<UniqueFd> descriptors);

  /// Those that listen on the endpoint, ready to be accepted from. Takes them out.
  [[nodiscard]] std::vector<UniqueFd> take(const Endpoint& endpoint);
  /// Those that nobody has taken: no service listens there any more.
  [[nodiscard]] const std::vector<ListeningSocket>& left() const noexcept { return sockets_; }
  [[nodiscard]] std::size_t strangers() const noexcept { return strangers_; }

 private:
  std::vector<ListeningSocket> sockets_;
  std::size_t strangers_ = 0;
};

/// Another descriptor of the same socket.
[[nodiscard]] Result<UniqueFd> duplicate(const UniqueFd& fd);

}  // namespace sallyport
