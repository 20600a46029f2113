// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/tunnel.hpp"

#include <sys/socket.h>

#include <algorithm>

namespace sallyport {

namespace {

constexpr std::uint64_t kNsPerMs = 1'000'000;

/// One direction.
struct Lane {
  bool has_ended = false;       // its source says no more
  std::uint64_t resume_ms = 0;  // its key is over its rate until then
};

/// What a look at both directions found.
struct Round {
  int interest = 0;  // what to wait for, when nothing moved
  bool has_moved = false;
  bool is_broken = false;
};

class Tunnel {
 public:
  Tunnel(Session& client, Exchange& exchange, KeyEntry& key)
      : client_(client), exchange_(exchange), key_(key) {}

  /// Moves what can be moved at once, a block a direction.
  Round turn() {
    Round round;
    pump_up(round);
    if (!round.is_broken) pump_down(round);
    if (round.has_moved) moved_ms_ = client_.context.now_ms;
    return round;
  }

  /// Everything that the upstream said has gone to the client.
  [[nodiscard]] bool is_over() const noexcept {
    return down_.has_ended && exchange_.from_upstream.empty();
  }
  [[nodiscard]] bool is_stale() const noexcept { return client_.context.now_ms >= stale_ms(); }

  /// Until when a wait makes sense.
  [[nodiscard]] std::chrono::milliseconds patience() const noexcept {
    const std::uint64_t now = client_.context.now_ms;
    std::uint64_t until = stale_ms();
    for (const Lane& lane : {up_, down_}) {
      if (lane.resume_ms > now) until = std::min(until, lane.resume_ms);
    }
    return std::chrono::milliseconds(until > now ? until - now : 1);
  }

  void release() {
    client_.in.release();
    exchange_.from_upstream.release();
  }

 private:
  [[nodiscard]] std::uint64_t stale_ms() const noexcept {
    // A client that has ended its side waits for the last words, no longer.
    const HttpLimits& http = client_.service.config.http;
    const auto most =
        up_.has_ended ? std::min(http.body_timeout, http.tunnel_timeout) : http.tunnel_timeout;
    return moved_ms_ + static_cast<std::uint64_t>(most.count());
  }
  void hold(Lane& lane, std::uint64_t over_ns) const noexcept {
    if (over_ns > 0) lane.resume_ms = client_.context.now_ms + over_ns / kNsPerMs + 1;
  }
  [[nodiscard]] bool may_read(const Lane& lane, const Buffer& buffer) const noexcept {
    return buffer.empty() && !lane.has_ended && lane.resume_ms <= client_.context.now_ms;
  }

  void pump_up(Round& round) {
    if (may_read(up_, client_.in)) read_client(round);
    if (client_.in.empty() || round.is_broken) return;
    std::size_t sent = 0;
    const Io io = write_socket(client_.up->watch, client_.in.view(), sent);
    settle(io, sent, client_.in, kUpWrite, kUpWrite, round);
    if (up_.has_ended && client_.in.empty()) half_close();
  }

  void read_client(Round& round) {
    const Io io = client_.read_more();
    if (wants(io)) {
      round.interest |= interest_of(io);
    } else if (io == Io::kDone) {
      const std::size_t got = client_.in.size();
      exchange_.access.bytes_in += got;
      hold(up_, client_.context.edge.charge_bytes(key_, got));
      round.has_moved = true;
    } else if (io == Io::kClosed) {
      up_.has_ended = round.has_moved = true;
      half_close();
    } else {
      round.is_broken = true;
    }
  }

  void pump_down(Round& round) {
    Buffer& buffer = exchange_.from_upstream;
    if (may_read(down_, buffer)) read_upstream(round);
    if (buffer.empty() || round.is_broken) return;
    std::size_t sent = 0;
    const Io io = client_.stream.write(buffer.view(), sent);
    exchange_.access.bytes_out += sent;
    if (sent > 0) hold(down_, client_.context.edge.charge_sent(key_, sent));
    settle(io, sent, buffer, kDownRead, kDownWrite, round);
  }

  void read_upstream(Round& round) {
    std::size_t got = 0;
    const Io io = read_socket(client_.up->watch, exchange_.from_upstream.room(), got);
    exchange_.from_upstream.grow(got);
    round.has_moved |= io == Io::kDone || io == Io::kClosed;
    if (wants(io)) round.interest |= kUpRead;
    if (io == Io::kClosed) down_.has_ended = true;
    if (io == Io::kFailed) round.is_broken = true;
  }

  // After a write of what `buffer` holds.
  static void settle(Io io, std::size_t sent, Buffer& buffer, int to_read, int to_write,
                     Round& round) {
    buffer.consume(sent);
    if (sent > 0) round.has_moved = true;
    if (wants(io)) {
      round.interest |= io == Io::kWantRead ? to_read : to_write;
    } else if (io != Io::kDone) {
      round.is_broken = true;
    }
  }

  void half_close() const noexcept {
    if (client_.in.empty()) (void)::shutdown(client_.up->watch.fd(), SHUT_WR);
  }

  Session& client_;
  Exchange& exchange_;
  KeyEntry& key_;
  Lane up_;
  Lane down_;
  std::uint64_t moved_ms_ = client_.context.now_ms;
};

Task<bool> pass_both_ways(Session& client, Tunnel& both) {
  for (;;) {
    const Round round = both.turn();
    if (round.is_broken) co_return false;
    if (both.is_over()) co_return true;
    Wake wake = Wake::kReady;
    if (round.has_moved) {
      if (!client.is_greedy()) continue;
      wake = co_await client.yield();
    } else {
      if (both.is_stale()) {
        ++client.context.counters.timeouts;
        co_return false;
      }
      both.release();
      client.set_timeout(both.patience());
      wake = co_await client.wait(round.interest);
    }
    if (wake == Wake::kEnd) co_return false;
  }
}

}  // namespace

Task<Attempt> tunnel(Session& client, Exchange& exchange, KeyEntry& key) {
  ++client.context.counters.tunnels;
  client.phase = Phase::kTunnel;
  Tunnel both(client, exchange, key);
  const bool is_whole = co_await pass_both_ways(client, both);
  client.phase = Phase::kBusy;
  client.service.upstream.end(std::move(client.up));
  if (!is_whole) co_return Attempt::kAborted;
  // What the client says from here on has nobody to hear it.
  client.has_unread = true;
  co_return Attempt::kFinished;
}

}  // namespace sallyport
