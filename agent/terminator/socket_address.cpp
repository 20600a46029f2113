// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/socket_address.hpp"

#include <algorithm>
#include <cstring>

namespace sallyport {

SocketAddress socket_address(const Endpoint& endpoint) noexcept {
  SocketAddress result;
  if (endpoint.address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, endpoint.address.bytes.data() + 12, sizeof(v4.sin_addr));
    std::memcpy(&result.storage, &v4, sizeof(v4));
    result.size = sizeof(v4);
    return result;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(endpoint.port);
  std::memcpy(&v6.sin6_addr, endpoint.address.bytes.data(), sizeof(v6.sin6_addr));
  std::memcpy(&result.storage, &v6, sizeof(v6));
  result.size = sizeof(v6);
  return result;
}

std::string to_string(const Endpoint& endpoint) {
  const std::string host = endpoint.address.to_string();
  const std::string port = std::to_string(endpoint.port);
  return endpoint.address.is_v4() ? host + ":" + port : "[" + host + "]:" + port;
}

Peer peer_of(const SocketAddress& address) noexcept {
  Peer peer;
  if (address.family() == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address.storage, sizeof(v4));
    peer.address = Address::from_v4(v4.sin_addr.s_addr);
    peer.port_be = v4.sin_port;
  } else if (address.family() == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address.storage, sizeof(v6));
    std::memcpy(peer.address.bytes.data(), &v6.sin6_addr, sizeof(v6.sin6_addr));
    peer.port_be = v6.sin6_port;
  }
  return peer;
}

}  // namespace sallyport
