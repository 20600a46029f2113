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

constexpr int interest_of(Io io) noexcept {
  return io == Io::kWantWrite ? kDownWrite : kDownRead;
}

constexpr bool wants(Io io) noexcept {
  return io == Io::kWantRead || io == Io::kWantWrite;
}

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

// Takes what was sent off the front of `bytes`.
Io send_now(Session& session, std::string_view& bytes) noexcept {
  while (!bytes.empty()) {
    std::size_t sent = 0;
    const Io io = session.stream.write(bytes, sent);
    if (io != Io::kDone) return io;
    bytes.remove_prefix(sent);
  }
  return Io::kDone;
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

Task<Step> fill(Session& session) {
  for (;;) {
    const Io io = session.read_more();
    if (io == Io::kDone) co_return Step::kDone;
    if (!wants(io)) co_return Step::kGone;
    const Wake wake = co_await session.wait(interest_of(io));
    if (wake != Wake::kReady) co_return step_of(wake);
  }
}

Task<Step> send(Session& session, std::string_view bytes) {
  Io io = send_now(session, bytes);
  if (io == Io::kDone) co_return Step::kDone;
  const std::string kept(bytes);
  std::string_view rest = kept;
  while (io != Io::kDone) {
    if (!wants(io)) co_return Step::kGone;
    session.set_timeout(session.service.config.http.body_timeout);
    const Wake wake = co_await session.wait(interest_of(io));
    if (wake != Wake::kReady) co_return step_of(wake);
    io = send_now(session, rest);
  }
  co_return Step::kDone;
}

Task<Step> wait_out(Session& session, std::uint64_t ns) {
  session.set_timeout(std::chrono::milliseconds(ns / 1'000'000 + 1));
  const Wake wake = co_await session.wait(kDownGone);
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
