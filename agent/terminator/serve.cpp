// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/serve.hpp"

#include "agent/terminator/client_io.hpp"
#include "agent/terminator/forward.hpp"
#include "agent/terminator/judge_request.hpp"
#include "agent/terminator/serve_http2.hpp"
#include "agent/terminator/tunnel.hpp"

namespace sallyport {

namespace {

/// What becomes of a connection after a request.
enum class Next : std::uint8_t {
  kRequest,
  kGoodbye,
  kClose,  // nothing more can or may be said
};

constexpr char kTlsHandshake = 0x16;  // the first byte of a ClientHello; starts no request
constexpr const char* kTlsInTheClear = "this port speaks plain HTTP: TLS ends in front of it";
constexpr const char* kTooSlow = "the request's head came too slowly";

// The body of a refused request is read past when it is at most this; else the connection ends.
constexpr std::uint64_t kMostDrained = 64 << 10;

Task<Next> await_request(Session& session) {
  while (session.in.empty()) {
    const Io io = session.read_more();
    if (io == Io::kDone) break;
    if (io == Io::kClosed) co_return Next::kGoodbye;
    if (io == Io::kFailed) co_return Next::kClose;
    session.in.release();
    const bool is_draining = session.context.is_draining;
    if (is_draining && !session.is_fresh) co_return Next::kGoodbye;
    session.set_timeout(is_draining ? Session::kFreshGrace
                                    : session.service.config.http.idle_timeout);
    session.phase = Phase::kIdle;
    const Wake wake = co_await session.wait(io == Io::kWantWrite ? kDownWrite : kDownRead);
    session.phase = Phase::kBusy;
    if (wake != Wake::kReady) co_return Next::kGoodbye;
  }
  session.is_fresh = false;
  co_return Next::kRequest;
}

Task<Next> answer_bad_request(Session& session, Exchange& exchange, unsigned status,
                              const char* why) {
  begin_access(session, exchange);
  note_answer(exchange, status);
  if (status != 408) ++session.context.counters.bad_requests;
  session.context.scratch.clear();
  write_bad_request(status, why, session.context.scratch);
  session.has_unread = true;
  const Step step = co_await session.send_answer(session.context.scratch);
  co_return step == Step::kDone ? Next::kGoodbye : Next::kClose;
}

Task<Next> read_head(Session& session, Exchange& exchange) {
  const HttpLimits& http = session.service.config.http;
  const HeadLimits limits{.bytes = http.head_bytes, .fields = http.headers};
  session.set_timeout(http.head_timeout);  // for the whole head
  std::size_t parsed_bytes = 0;
  for (;;) {
    const std::string_view there = session.in.view();
    // Without a new line's end there is nothing new to see: a head that drips is cheap.
    if (parsed_bytes == 0 || there.size() >= limits.bytes ||
        there.find('\n', parsed_bytes) != std::string_view::npos) {
      const ParseResult parsed = parse_request_head(there, limits, exchange.request);
      if (parsed.result == ParseStatus::kDone) {
        exchange.head_bytes = exchange.kept_bytes = parsed.consumed;
        exchange.is_head_request = exchange.request.method == "HEAD";
        exchange.request_body =
            BodyCursor(exchange.request.framing, exchange.request.content_length,
                       ChunkedWalker::Trailers::kRefuse);
        co_return Next::kRequest;
      }
      if (parsed.result == ParseStatus::kBad) {
        const bool is_tls = session.service.is_behind_hop() && there.front() == kTlsHandshake;
        const char* const why = is_tls ? kTlsInTheClear : parsed.why;
        const Next next = co_await answer_bad_request(session, exchange, parsed.status, why);
        co_return next;
      }
    }
    parsed_bytes = there.size();
    const Step step = co_await fill(session);
    if (step == Step::kTimedOut) {
      const Next next = co_await answer_bad_request(session, exchange, 408, kTooSlow);
      co_return next;
    }
    if (step != Step::kDone) co_return Next::kClose;
  }
}

bool can_read_past(const RequestHead& request) noexcept {
  // The client of an unanswered `Expect` may or may not send the body: no telling where it ends.
  if (request.framing == Framing::kNone) return true;
  return !request.expect_continue &&
         (request.framing == Framing::kChunked || request.content_length <= kMostDrained);
}

AnswerForm form_for(const Session& session, const Exchange& exchange) noexcept {
  const RequestHead& request = exchange.request;
  return {.keep_alive = request.keep_alive && request.minor_version == 1 &&
                        can_read_past(request) && !session.context.is_draining,
          .with_body = !exchange.is_head_request};
}

// Reads past the body of a request that was answered without it.
Task<Next> drain_body(Session& session, Exchange& exchange) {
  session.set_timeout(session.service.config.http.body_timeout);
  std::uint64_t drained = 0;
  while (!exchange.request_body.is_done()) {
    if (session.in.empty()) {
      const Step step = co_await fill(session);
      if (step != Step::kDone) co_return Next::kClose;
    }
    const auto [bytes, is_bad] = exchange.request_body.take(session.in.view());
    session.in.consume(bytes);
    drained += bytes;
    if (is_bad || drained > 2 * kMostDrained) {
      session.has_unread = true;
      co_return Next::kGoodbye;
    }
  }
  co_return Next::kRequest;
}

Task<Next> send_refusal(Session& session, Exchange& exchange, std::string_view answer,
                        bool keep_alive) {
  session.in.consume(std::exchange(exchange.kept_bytes, 0));
  const Step step = co_await session.send_answer(answer);
  if (step != Step::kDone) co_return Next::kClose;
  if (!keep_alive) {
    session.has_unread = !exchange.request_body.is_done();
    co_return Next::kGoodbye;
  }
  if (exchange.request_body.is_done()) co_return Next::kRequest;
  const Next next = co_await drain_body(session, exchange);
  co_return next;
}

Task<Next> refuse(Session& session, Exchange& exchange, const Judgement& judgement) {
  note_answer(exchange, info(judgement.code).status);
  const AnswerForm form = form_for(session, exchange);
  const std::string_view answer = refusal_of(session.context, judgement, form);
  const Next next = co_await send_refusal(session, exchange, answer, form.keep_alive);
  if (judgement.key != nullptr) session.binding.on_answered();
  co_return next;
}

Task<Next> serve_request(Session& session) {
  Next next = co_await await_request(session);
  if (next != Next::kRequest) co_return next;
  ExchangePool::Loan loan(session.context.exchanges);
  Exchange& exchange = *loan;
  const AccessGuard access(session, exchange);
  next = co_await read_head(session, exchange);
  if (next != Next::kRequest) co_return next;

  begin_access(session, exchange);
  const Judgement judgement = judge_request(session, exchange, nullptr);
  note_judgement(exchange, judgement);
  if (judgement.code != CheckCode::kAllowed) {
    next = co_await refuse(session, exchange, judgement);
    co_return next;
  }
  Attempt result = co_await forward(session, exchange, *judgement.key);
  if (result == Attempt::kSwitched) result = co_await tunnel(session, exchange, *judgement.key);
  session.binding.on_answered();
  exchange.access.is_whole = result != Attempt::kAborted;
  if (result == Attempt::kAnswered) co_return Next::kRequest;
  co_return result == Attempt::kFinished ? Next::kGoodbye : Next::kClose;
}

}  // namespace

Task<void> serve(Session& session) {
  const Step shaken = co_await shake_hands(session, session.service.config.http.handshake_timeout);
  if (shaken != Step::kDone) {
    if (!session.is_cut()) ++session.context.counters.handshake_failures;
    if (session.has_unread) co_await say_goodbye(session);
    co_return;
  }
  Next next = Next::kRequest;
  if (session.stream.speaks_http2()) {
    co_await serve_http2(session);
    next = Next::kGoodbye;
  }
  while (next == Next::kRequest) {
    next = co_await serve_request(session);
    if (session.is_greedy()) {
      const Wake wake = co_await session.yield();
      if (wake == Wake::kEnd) co_return;
    }
  }
  if (next == Next::kGoodbye) co_await say_goodbye(session);
}

}  // namespace sallyport
