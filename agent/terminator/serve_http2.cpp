// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/serve_http2.hpp"

#include "agent/terminator/client_io.hpp"
#include "agent/terminator/http2_connection.hpp"

namespace sallyport {

namespace {

// Reads what is there, as far as it is this connection's turn. kDone: there may be more.
Io take(Session& session, Http2Connection& connection) {
  while (!session.is_greedy() && !connection.is_failed()) {
    const Io io = session.read_more();
    if (io != Io::kDone) return io;
    connection.receive(session.in.view());
    session.in.clear();
  }
  return connection.is_failed() ? Io::kWantWrite : Io::kDone;
}

// Sends what there is to send, as far as it is this connection's turn; adds to `total`.
Io give(Session& session, Http2Connection& connection, std::uint64_t& total) {
  do {
    connection.produce();
    while (!connection.out.empty()) {
      std::size_t sent = 0;
      const Io io = session.stream.write(connection.out.view(), sent);
      connection.out.consume(sent);
      total += sent;
      if (io != Io::kDone) return io;
    }
  } while (connection.has_output() && !session.is_greedy());
  connection.out.release();
  return Io::kDone;
}

/// What a connection's deadline is for.
enum class Clock : std::uint8_t {
  kNone,    // its streams have their own
  kIdle,    // no request comes
  kStalled  // it takes no bytes
};

Clock clock_for(const Http2Connection& connection, Io sent) noexcept {
  if (wants(sent)) return Clock::kStalled;
  return connection.has_streams() ? Clock::kNone : Clock::kIdle;
}

// What the client says prolongs neither: idling begins once, and a stall ends when bytes move.
void arm(Session& session, Clock clock, Clock before, bool has_moved) noexcept {
  const HttpLimits& http = session.service.config.http;
  if (clock == Clock::kNone) session.clear_timeout();
  if (clock == Clock::kStalled && (before != clock || has_moved)) {
    session.set_timeout(http.body_timeout);
  }
  if (clock == Clock::kIdle && before != clock) session.set_timeout(http.idle_timeout);
}

enum class Ending : std::uint8_t { kIdled, kOther };

Task<Ending> run(Session& session, Http2Connection& connection) {
  Clock clock = Clock::kNone;
  std::uint64_t total = 0;
  std::uint64_t total_before = 0;
  for (;;) {
    const Io read = take(session, connection);
    if (session.context.is_draining) connection.say_goodbye();
    const Io sent = give(session, connection, total);
    const bool is_broken = sent == Io::kClosed || sent == Io::kFailed;
    if (is_broken || read == Io::kClosed || read == Io::kFailed || connection.is_over()) {
      co_return Ending::kOther;
    }
    if (read == Io::kDone || (sent == Io::kDone && connection.has_output())) {
      const Wake wake = co_await session.yield();
      if (wake == Wake::kEnd) co_return Ending::kOther;
      continue;
    }
    const Clock next = clock_for(connection, sent);
    arm(session, next, clock, total > std::exchange(total_before, total));
    clock = next;
    session.phase = clock == Clock::kIdle ? Phase::kIdle : Phase::kBusy;
    const int writing = wants(sent) ? interest_of(sent) : 0;
    const Wake wake = co_await session.wait(interest_of(read) | writing);
    session.phase = Phase::kBusy;
    if (wake == Wake::kTimedOut && clock == Clock::kIdle) co_return Ending::kIdled;
    if (wake != Wake::kReady) co_return Ending::kOther;
  }
}

}  // namespace

Task<void> serve_http2(Session& session) {
  Http2Connection connection(session);
  if (!connection.open()) co_return;
  session.streams = &connection;
  const Ending why = co_await run(session, connection);
  session.streams = nullptr;
  if (session.is_cut()) co_return;
  // It may be sending still, and would lose our last words by a reset.
  session.has_unread = why != Ending::kIdled;
  connection.say_goodbye();
  std::uint64_t total = 0;
  (void)give(session, connection, total);
}

}  // namespace sallyport
