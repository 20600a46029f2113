// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "agent/base/unique_fd.hpp"
#include "agent/config/scalars.hpp"
#include "agent/doctor/look.hpp"

namespace sallyport {
namespace {

constexpr std::chrono::milliseconds kMostPatience{2000};

int begin(int fd, const Endpoint& endpoint) {
  const auto& bytes = endpoint.address.bytes;
  if (endpoint.address.is_v4()) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(endpoint.port);
    std::memcpy(&to.sin_addr, bytes.data() + 12, 4);
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_port = htons(endpoint.port);
  std::memcpy(&to.sin6_addr, bytes.data(), bytes.size());
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

int connect_to(const Endpoint& endpoint, std::chrono::milliseconds patience) {
  const UniqueFd fd(::socket(endpoint.address.is_v4() ? AF_INET : AF_INET6,
                             SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return errno;
  if (begin(fd.get(), endpoint) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd waiting{.fd = fd.get(), .events = POLLOUT, .revents = 0};
  const int ready = ::poll(&waiting, 1, static_cast<int>(patience.count()));
  if (ready < 0) return errno;
  if (ready == 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace

UpstreamFacts look_at_upstream(const ServiceConfig& service) {
  const auto& upstream = service.upstream;
  return {
      .service = service.name,
      .endpoint = endpoint_text(upstream.endpoint),
      .error = connect_to(upstream.endpoint, std::min(upstream.connect_timeout, kMostPatience))};
}

}  // namespace sallyport
