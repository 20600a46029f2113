// SPDX-License-Identifier: Apache-2.0
#include "agent/service/peer_acceptor.hpp"

#include <grpcpp/grpcpp.h>
#include <grpcpp/server_posix.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "agent/base/unique_fd.hpp"

namespace sallyport {
namespace {

constexpr int kOutOfDescriptorsPauseMs = 200;

}  // namespace

void PeerTable::add(int fd, uid_t user, Clock::time_point now) {
  const std::lock_guard guard(mutex_);
  auto [found, is_new] = peers_.try_emplace("fd:" + std::to_string(fd), Peer{user, now, {}});
  if (is_new) return;
  Peer& peer = found->second;
  if (peer.user == user) {
    // The same user again takes no doubt away: `since` stays while there is some.
    if (!peer.before || now - peer.since >= kDoubt) peer = {user, now, {}};
  } else {
    peer = {user, now, peer.user};
  }
}

std::string PeerTable::who(const std::string& peer, Clock::time_point now) const {
  const std::lock_guard guard(mutex_);
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return "control socket";
  const auto& [user, since, before] = found->second;
  const bool in_doubt = before && now - since < kDoubt;
  return "uid " + std::to_string(user) + (in_doubt ? " or " + std::to_string(*before) : "");
}

PeerAcceptor::PeerAcceptor(int listener, grpc::Server& server, PeerTable& peers)
    : listener_(listener), server_(server), peers_(peers), thread_([this] { run(); }) {}

void PeerAcceptor::stop() {
  if (!thread_.joinable()) return;
  shutdown(listener_, SHUT_RDWR);  // wakes the thread and refuses who comes now
  thread_.join();
}

void PeerAcceptor::run() {
  pollfd wait{listener_, POLLIN, 0};
  for (;;) {
    const int ready = poll(&wait, 1, -1);
    if (ready < 0 && errno != EINTR) return;
    if (ready > 0 && (wait.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) return;
    if (ready > 0) accept_one();
  }
}

void PeerAcceptor::accept_one() {
  UniqueFd connection(accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!connection) {
    // The one that waits would be reported again at once.
    const bool lacking = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
    if (lacking) poll(nullptr, 0, kOutOfDescriptorsPauseMs);
    return;
  }
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return;
  peers_.add(connection.get(), peer.uid, PeerTable::Clock::now());
  grpc::AddInsecureChannelFromFd(&server_, connection.release());
}

}  // namespace sallyport
