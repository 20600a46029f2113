// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "agent/base/address.hpp"
#include "agent/config/config.hpp"

namespace sallyport {

/// An endpoint as the socket calls want it: IPv4 for v4-mapped addresses, else IPv6.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  [[nodiscard]] int family() const noexcept { return storage.ss_family; }
  [[nodiscard]] sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
  [[nodiscard]] const sockaddr* get() const noexcept {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
};

[[nodiscard]] SocketAddress socket_address(const Endpoint& endpoint) noexcept;

/// "192.0.2.7:443" or "[2001:db8::7]:443".
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

struct Peer {
  Address address;
  std::uint16_t port_be = 0;  // network byte order
};
[[nodiscard]] Peer peer_of(const SocketAddress& address) noexcept;

}  // namespace sallyport
