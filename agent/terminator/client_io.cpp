// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/client_io.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <string>

#include "agent/http/problem.hpp"

namespace sallyport {

namespace {

// How long and how much a client may go on sending after our last answer.
constexpr std::chrono::milliseconds kLingerTime{2000};
constexpr std::size_t kLingerBytes = 256 << 10;

// Tells a client that spoke plain HTTP, in its own language.
void answer_plain_http(Session& session) {
  std::string answer;
  write_problem({.status = 400,
                 .code = "tls-required",
                 .detail = "this port speaks HTTPS only",
                 .retry_after_s = 0},
                false, true, answer);
  (void)::send(session.down.fd(), answer.data(), answer.size(), MSG_NOSIGNAL);
  session.has_unread = true;
}

}  // namespace

Task<Step> shake_hands(Session& session, std::chrono::milliseconds timeout) {
  session.set_timeout(timeout);
  for (;;) {
    const Io io = session.stream.handshake();
    if (io == Io::kDone) co_return Step::kDone;
    if (!wants(io)) {
      if (session.stream.met_plain_http()) answer_plain_http(session);
      co_return Step::kGone;
    }
    const Wake wake = co_await session.wait(interest_of(io));
    if (wake != Wake::kReady) co_return step_of(wake);
  }
}

Task<Step> fill(Downstream& client) {
  for (;;) {
    const Io io = client.read_more();
    if (io == Io::kDone) co_return Step::kDone;
    if (!wants(io)) co_return Step::kGone;
    const Wake wake = co_await client.wait(interest_of(io));
    if (wake != Wake::kReady) co_return step_of(wake);
  }
}

Task<Step> wait_out(Downstream& client, std::uint64_t ns) {
  client.set_pause(ns);
  const Wake wake = co_await client.wait(kDownGone);
  if (wake == Wake::kTimedOut) co_return Step::kDone;
  co_return wake == Wake::kReady ? Step::kGone : Step::kEnd;
}

Task<void> say_goodbye(Session& session) {
  if (session.is_cut()) co_return;
  session.stream.send_close_notify();
  if (!session.has_unread) co_return;
  session.phase = Phase::kLeaving;
  ::shutdown(session.down.fd(), SHUT_WR);
  session.set_timeout(kLingerTime);
  session.in.clear();
  std::size_t left = kLingerBytes;
  while (left > 0) {
    const auto room = session.in.room();
    const ssize_t got = ::recv(session.down.fd(), room.data(), std::min(room.size(), left), 0);
    if (got > 0) {
      left -= static_cast<std::size_t>(got);
      continue;
    }
    if (got == 0 || errno != EAGAIN) co_return;
    session.down.exhaust(Watch::kReadable);
    const Wake wake = co_await session.wait(kDownRead);
    if (wake != Wake::kReady) co_return;
  }
}

}  // namespace sallyport
