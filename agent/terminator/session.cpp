// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/session.hpp"

#include <sys/socket.h>

namespace sallyport {

Session::Session(WorkerContext& shared, WorkerService& served, UniqueFd fd, const Address& peer,
                 std::uint16_t peer_port_be)
    : Downstream(shared, served, std::move(fd)),
      peer_address(peer),
      source(peer.as_source()),
      stream(served.tls.get(), down),
      binding(shared.edge, shared.key_users, *this,
              {.source = peer.to_abi(), .source_port = peer_port_be, .service_id = served.id},
              served.is_behind_hop() ? Carries::kManyKeys : Carries::kOneKey),
      peer_text_(peer.to_string()) {}

Io Session::read_more() {
  if (!down.is_ready(Watch::kReadable) && !stream.has_pending()) return Io::kWantRead;
  std::size_t got = 0;
  const Io io = stream.read(in.room(), got);
  in.grow(got);
  if (io == Io::kDone) has_released_ = false;
  return io;
}

void Session::on_tick() noexcept {
  if ((phase == Phase::kIdle || phase == Phase::kTunnel) && !has_released_) {
    stream.release_buffers();
    has_released_ = true;
  }
  if (streams != nullptr) streams->on_tick();
  if (!is_late()) return;
  if (phase == Phase::kBusy && !is_pausing()) ++context.counters.timeouts;
  time_out();
}

void Session::end_if_idle() noexcept {
  if (streams != nullptr) {
    streams->on_drain();
  } else if (phase == Phase::kIdle && is_fresh) {
    set_timeout(kFreshGrace);
  } else if (phase == Phase::kIdle) {
    end();
  }
}

void Session::cut(Ended ended) noexcept {
  if (is_cut_) return;
  if (ended == Ended::kCondemned) ++context.counters.cut;
  is_cut_ = true;
  ended_ = ended;
  end();
}

void Session::close() noexcept {
  if (up) service.upstream.end(std::move(up));
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

}  // namespace sallyport
