// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/session.hpp"

#include <sys/socket.h>

#include <algorithm>

namespace sallyport {

Session::Session(WorkerContext& shared, WorkerService& served, UniqueFd fd, const Address& peer,
                 std::uint16_t peer_port_be)
    : context(shared),
      service(served),
      peer_address(peer),
      source(peer.as_source()),
      peer_text(peer.to_string()),
      down(std::move(fd), this),
      stream(served.tls.get(), down),
      in(shared.blocks),
      binding(shared.edge, shared.key_users, *this,
              {.source = peer.to_abi(), .source_port = peer_port_be, .service_id = served.id},
              served.is_behind_hop() ? Carries::kManyKeys : Carries::kOneKey) {}

Io Session::read_more() {
  if (!down.is_ready(Watch::kReadable) && !stream.has_pending()) return Io::kWantRead;
  std::size_t got = 0;
  const Io io = stream.read(in.room(), got);
  in.grow(got);
  return io;
}

void Session::on_ready(Watch&) noexcept {
  if (waiter_ && (readiness() & interest_) != 0) resume();
}

void Session::on_tick() noexcept {
  if (phase == Phase::kIdle && !has_released_) {
    stream.release_buffers();
    has_released_ = true;
  }
  if (context.now_ms < deadline_ms_ || !waiter_) return;
  if (phase == Phase::kBusy) ++context.counters.timeouts;
  deadline_ms_ = kNever;
  is_timed_out_ = true;
  resume();
}

void Session::on_turn() noexcept {
  if (is_yielding_ && waiter_) resume();
}

void Session::end_if_idle() noexcept {
  if (phase != Phase::kIdle) return;
  is_ended_ = true;
  if (waiter_) resume();
}

void Session::cut(Ended ended) noexcept {
  if (is_cut_) return;
  if (ended == Ended::kCondemned) ++context.counters.cut;
  is_ended_ = is_cut_ = true;
  ended_ = ended;
  if (waiter_) resume();
}

void Session::close() noexcept {
  if (up) service.upstream.end(std::move(up));
  if (is_yielding_) std::erase(context.yielding, this);
  if (!is_cut_) {
    binding.end(ended_);
    down.close();
    return;
  }
  // A reset, so that nothing that was sent on it before can still arrive.
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  (void)::setsockopt(down.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  if (ended_ == Ended::kClosed) binding.end(ended_);
  down.close();
  binding.end(ended_);
}

void Session::resume() noexcept {
  is_yielding_ = false;
  std::exchange(waiter_, nullptr).resume();
}

Wake Session::reason() noexcept {
  has_released_ = false;
  if (is_ended_) return Wake::kEnd;
  return std::exchange(is_timed_out_, false) ? Wake::kTimedOut : Wake::kReady;
}

}  // namespace sallyport
