// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/upstream_pool.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "agent/terminator/socket_address.hpp"

namespace sallyport {

namespace {

// The upstream closed it, or sent what nobody asked for.
bool is_stale(Watch& watch) noexcept {
  if (watch.is_ready(Watch::kGone)) return true;
  if (!watch.is_ready(Watch::kReadable)) return false;
  // The last read may have filled its buffer to the byte: then readable says nothing.
  char octet = 0;
  if (::recv(watch.fd(), &octet, 1, MSG_PEEK) >= 0 || errno != EAGAIN) return true;
  watch.exhaust(Watch::kReadable);
  return false;
}

}  // namespace

std::unique_ptr<UpstreamConnection> UpstreamPool::take() {
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    if (!is_stale(connection->watch)) return connection;
    end(std::move(connection));
  }
  return nullptr;
}

void UpstreamPool::give(std::unique_ptr<UpstreamConnection> connection, std::uint64_t now_ms) {
  if (idle_.size() >= upstream_.max_idle_per_worker || is_stale(connection->watch)) {
    end(std::move(connection));
    return;
  }
  connection->idle_since_ms = now_ms;
  connection->was_idle = true;
  connection->watch.set_watcher(this);
  idle_.push_back(std::move(connection));
}

std::unique_ptr<UpstreamConnection> UpstreamPool::connect() {
  const SocketAddress address = socket_address(upstream_.endpoint);
  UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!fd) return nullptr;
  const int on = 1;
  (void)::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (::connect(fd.get(), address.get(), address.size) != 0 && errno != EINPROGRESS) return nullptr;
  auto connection = std::make_unique<UpstreamConnection>(std::move(fd));
  if (!poller_.add(connection->watch)) return nullptr;
  connection->watch.exhaust(Watch::kWritable);  // until the poller says that it is connected
  return connection;
}

void UpstreamPool::end(std::unique_ptr<UpstreamConnection> connection) {
  connection->watch.close();
  poller_.bury(std::move(connection));
}

void UpstreamPool::expire(std::uint64_t now_ms) {
  // The longest idle stand in front.
  const auto keep = std::find_if(idle_.begin(), idle_.end(), [&](const auto& one) {
    return one->idle_since_ms + kIdleLimitMs > now_ms;
  });
  for (auto one = idle_.begin(); one != keep; ++one) end(std::move(*one));
  idle_.erase(idle_.begin(), keep);
}

void UpstreamPool::clear() {
  for (auto& connection : idle_) end(std::move(connection));
  idle_.clear();
}

void UpstreamPool::on_ready(Watch& watch) noexcept {
  if (!is_stale(watch)) return;
  const auto found = std::find_if(idle_.begin(), idle_.end(),
                                  [&](const auto& one) { return &one->watch == &watch; });
  if (found == idle_.end()) return;
  auto connection = std::move(*found);
  idle_.erase(found);
  end(std::move(connection));
}

int connect_error(const Watch& watch) noexcept {
  int error = 0;
  socklen_t size = sizeof(error);
  if (::getsockopt(watch.fd(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

}  // namespace sallyport
