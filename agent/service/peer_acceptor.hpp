// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace grpc {
class Server;
}

namespace sallyport {

/// Who is behind which connection, by the name that gRPC gives it ("fd:12"). gRPC tells nobody
/// when it closes a connection and its number is free again, so a number that changed hands within
/// `kDoubt` names both users rather than the wrong one. Thread safety: any thread.
class PeerTable {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kDoubt{10};  // a call starts long before that

  void add(int fd, uid_t user, Clock::time_point now);
  /// "uid 0", "uid 0 or 1000", or "control socket" for a name it does not know.
  [[nodiscard]] std::string who(const std::string& peer, Clock::time_point now) const;

 private:
  struct Peer {
    uid_t user;
    Clock::time_point since;
    std::optional<uid_t> before;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Peer, std::less<>> peers_;  // at most one for each descriptor there is
};

/// Accepts on a listening socket, notes who it is, and hands the connection to gRPC; runs a thread
/// of its own from construction until `stop`. gRPC's own listener keeps the peer's credentials to
/// itself.
class PeerAcceptor {
 public:
  PeerAcceptor(int listener, grpc::Server& server, PeerTable& peers);
  ~PeerAcceptor() { stop(); }
  PeerAcceptor(const PeerAcceptor&) = delete;
  PeerAcceptor& operator=(const PeerAcceptor&) = delete;

  void stop();

 private:
  void run();
  void accept_one();

  int listener_;
  grpc::Server& server_;
  PeerTable& peers_;
  std::thread thread_;
};

}  // namespace sallyport
