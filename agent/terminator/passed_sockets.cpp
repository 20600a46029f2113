// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/passed_sockets.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <optional>
#include <utility>

#include "agent/terminator/socket_address.hpp"

namespace sallyport {
namespace {

bool is_listening(int fd) {
  int yes = 0;
  socklen_t size = sizeof yes;
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &size) == 0 && yes != 0;
}

/// Where it listens; nullopt: it is no TCP socket of ours.
std::optional<Endpoint> endpoint_of(int fd) {
  SocketAddress address;
  if (!is_listening(fd) || ::getsockname(fd, address.get(), &address.size) != 0) return {};
  if (address.family() != AF_INET && address.family() != AF_INET6) return {};
  const Peer local = peer_of(address);
  return Endpoint{local.address, ntohs(local.port_be)};
}

bool make_ready(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  const int one = 1;
  (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);  // as listen_on does
  return flags >= 0 && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
         ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

}  // namespace

PassedSockets::PassedSockets(std::vector<UniqueFd> descriptors) {
  for (auto& fd : descriptors) {
    const auto endpoint = endpoint_of(fd.get());
    if (endpoint && make_ready(fd.get())) {
      sockets_.push_back({*endpoint, std::move(fd)});
    } else {
      ++strangers_;
    }
  }
}

std::vector<UniqueFd> PassedSockets::take(const Endpoint& endpoint) {
  const auto theirs = std::stable_partition(
      sockets_.begin(), sockets_.end(),
      [&](const ListeningSocket& one) { return !(one.endpoint == endpoint); });
  std::vector<UniqueFd> taken;
  std::transform(theirs, sockets_.end(), std::back_inserter(taken),
                 [](ListeningSocket& one) { return std::move(one.fd); });
  sockets_.erase(theirs, sockets_.end());
  return taken;
}

Result<UniqueFd> duplicate(const UniqueFd& fd) {
  UniqueFd copy(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
  if (!copy) return system_failure(errno, "cannot take a second descriptor of a listening socket");
  return copy;
}

}  // namespace sallyport
