// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "agent/terminator/poller.hpp"

namespace sallyport {

/// What became of an operation on a connection.
enum class Io : std::uint8_t {
  kDone,
  kWantRead,   // wait until the socket is readable, then call again
  kWantWrite,  // wait until it is writable, then call again
  kClosed,     // the peer ended it in order
  kFailed,     // broken, or not what was expected of it at all
};

[[nodiscard]] constexpr bool wants(Io io) noexcept {
  return io == Io::kWantRead || io == Io::kWantWrite;
}

// The watched socket itself. Neither waits nor raises SIGPIPE, and where the watch knows that a
// call would only say EAGAIN, there is none.

[[nodiscard]] Io read_socket(Watch& watch, std::span<char> out, std::size_t& got) noexcept;
/// May send a part: `sent` says how much.
[[nodiscard]] Io write_socket(Watch& watch, std::string_view bytes, std::size_t& sent) noexcept;

}  // namespace sallyport
