// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/listener.hpp"

#include <netinet/tcp.h>

#include <cerrno>
#include <string>

#include "agent/terminator/socket_address.hpp"

namespace sallyport {

namespace {

constexpr int kBacklog = 4096;  // the kernel takes less where net.core.somaxconn is less

bool set(int fd, int level, int option, int value) noexcept {
  return ::setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

Failure bind_failure(int error, const Endpoint& endpoint) {
  const std::string what = "cannot listen on " + to_string(endpoint);
  switch (error) {
    case EADDRINUSE:
      return system_failure(error, what,
                            "`ss -ltnp 'sport = :" + std::to_string(endpoint.port) +
                                "'` shows who has it; stop that or set another `listen`");
    case EADDRNOTAVAIL:
      return system_failure(error, what, "`ip addr` shows the addresses of this host");
    case EACCES:
      return system_failure(error, what, "ports below 1024 need CAP_NET_BIND_SERVICE");
    default:
      return system_failure(error, what);
  }
}

enum class Port { kExclusive, kShared };

Result<UniqueFd> bind_to(const Endpoint& endpoint, Port port) {
  const SocketAddress address = socket_address(endpoint);
  UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!fd) return bind_failure(errno, endpoint);
  bool is_set = set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);  // past TIME_WAIT of an earlier run
  if (port == Port::kShared) is_set = is_set && set(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  if (address.family() == AF_INET6) {
    // [::] takes IPv4 too: every local address, as the configuration says.
    is_set = is_set && set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  }
  if (!is_set || ::bind(fd.get(), address.get(), address.size) != 0) {
    return bind_failure(errno, endpoint);
  }
  return fd;
}

}  // namespace

Result<void> check_port_is_free(const Endpoint& endpoint) {
  auto probe = bind_to(endpoint, Port::kExclusive);
  if (!probe) return probe.error();
  return {};
}

Result<UniqueFd> listen_on(const Endpoint& endpoint) {
  auto fd = bind_to(endpoint, Port::kShared);
  if (!fd) return fd.error();
  // Accepted sockets inherit it: a response goes out when it is written.
  (void)set(fd->get(), IPPROTO_TCP, TCP_NODELAY, 1);
  if (::listen(fd->get(), kBacklog) != 0) return bind_failure(errno, endpoint);
  return fd;
}

Accepted accept_from(int listener) noexcept {
  Accepted result;
  SocketAddress address;
  result.fd =
      UniqueFd(::accept4(listener, address.get(), &address.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!result.fd) {
    result.error = errno;
    return result;
  }
  const Peer peer = peer_of(address);
  result.peer = peer.address;
  result.peer_port_be = peer.port_be;
  return result;
}

}  // namespace sallyport
