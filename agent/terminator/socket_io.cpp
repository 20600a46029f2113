// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/socket_io.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace sallyport {

Io read_socket(Watch& watch, std::span<char> out, std::size_t& got) noexcept {
  got = 0;
  if (!watch.is_ready(Watch::kReadable)) return Io::kWantRead;
  const ssize_t count = ::recv(watch.fd(), out.data(), out.size(), 0);
  if (count > 0) {
    got = static_cast<std::size_t>(count);
    if (got < out.size()) watch.exhaust_read();
    return Io::kDone;
  }
  if (count == 0) return Io::kClosed;
  if (errno == EAGAIN) watch.exhaust(Watch::kReadable);
  return errno == EAGAIN || errno == EINTR ? Io::kWantRead : Io::kFailed;
}

Io write_socket(Watch& watch, std::string_view bytes, std::size_t& sent) noexcept {
  sent = 0;
  if (!watch.is_ready(Watch::kWritable)) return Io::kWantWrite;
  const ssize_t count = ::send(watch.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count >= 0) {
    sent = static_cast<std::size_t>(count);
    return Io::kDone;
  }
  if (errno == EAGAIN) watch.exhaust(Watch::kWritable);
  return errno == EAGAIN || errno == EINTR ? Io::kWantWrite : Io::kFailed;
}

}  // namespace sallyport
