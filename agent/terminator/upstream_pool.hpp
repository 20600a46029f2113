// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/terminator/poller.hpp"

namespace sallyport {

/// One HTTP/1.1 connection to an upstream.
struct UpstreamConnection : Buried {
  explicit UpstreamConnection(UniqueFd fd) noexcept : watch(std::move(fd)) {}

  Watch watch;
  std::uint64_t idle_since_ms = 0;
  bool was_idle = false;   // came out of the pool: the upstream may just be closing it
  bool was_reset = false;  // it broke, rather than ended: a body that ends with it is cut short
};

/// The idle keep-alive connections of one worker to one upstream, the last used first. One that
/// the upstream closes or speaks on while it idles goes at once.
class UpstreamPool final : public Watcher {
 public:
  /// Less than the 60 s and 75 s after which common servers close: the fewer races, the better.
  static constexpr std::uint64_t kIdleLimitMs = 50'000;

  UpstreamPool(const UpstreamConfig& upstream, Poller& poller)
      : upstream_(upstream), poller_(poller) {}

  /// The caller sets the watcher. Null: none is idle.
  [[nodiscard]] std::unique_ptr<UpstreamConnection> take();

  /// A connection on which a response has ended and nothing is left over.
  void give(std::unique_ptr<UpstreamConnection> connection, std::uint64_t now_ms);

  /// Begins to connect; writable or gone once that has ended (see `connect_error`). Null with
  /// errno set.
  [[nodiscard]] std::unique_ptr<UpstreamConnection> connect();

  /// Closes it.
  void end(std::unique_ptr<UpstreamConnection> connection);

  void expire(std::uint64_t now_ms);
  void clear();

  [[nodiscard]] std::size_t idle() const noexcept { return idle_.size(); }

  void on_ready(Watch& watch) noexcept override;

 private:
  const UpstreamConfig& upstream_;
  Poller& poller_;
  std::vector<std::unique_ptr<UpstreamConnection>> idle_;
};

/// 0, or the errno with which connecting failed.
[[nodiscard]] int connect_error(const Watch& watch) noexcept;

}  // namespace sallyport
