// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "agent/base/unique_fd.hpp"

namespace sallyport::test {

/// One connection as an upstream's script sees it. Blocking.
class UpstreamPeer {
 public:
  explicit UpstreamPeer(UniqueFd fd) : fd_(std::move(fd)) {}

  /// The next request's head, "" at the end of the connection.
  [[nodiscard]] std::string read_head();
  /// `size` bytes of a body, or less at the end.
  [[nodiscard]] std::string read_body(std::size_t size);
  /// Up to and with `mark`.
  [[nodiscard]] std::string read_until(const std::string& mark);
  void send(const std::string& bytes);
  void shutdown();
  void reset();

 private:
  bool read_more();

  UniqueFd fd_;
  std::string pending_;
};

/// A small HTTP upstream on 127.0.0.1: a thread for each connection runs the script.
class UpstreamServer {
 public:
  using Script = std::function<void(UpstreamPeer&)>;

  explicit UpstreamServer(Script script);
  UpstreamServer();  // serves_everything
  ~UpstreamServer();
  UpstreamServer(const UpstreamServer&) = delete;
  UpstreamServer& operator=(const UpstreamServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] unsigned connections() const noexcept { return connections_.load(); }

  /// For scripts: tells that a request has come, and waits until it may be answered.
  void hold();
  /// Waits until `count` requests are held.
  [[nodiscard]] bool holds(unsigned count);
  void release();

 private:
  void run();
  void serve_everything(UpstreamPeer& peer);

  Script script_;
  UniqueFd listener_;
  std::uint16_t port_ = 0;
  std::atomic<unsigned> connections_{0};
  std::mutex lock_;
  std::condition_variable changed_;
  unsigned held_ = 0;         // under lock_
  bool is_released_ = false;  // under lock_
  std::vector<std::pair<std::thread, int>>
      serving_;  // of the accepting thread, then the destructor
  std::thread accepting_;
};

}  // namespace sallyport::test
