// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/forward.hpp"

#include "agent/http/rewrite.hpp"
#include "agent/terminator/upstream_io.hpp"

namespace sallyport {

namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// RFC 9110 section 9.2.2.
bool is_idempotent(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" ||
         method == "OPTIONS" || method == "TRACE";
}

void write_head(Session& session, const Exchange& exchange, const KeyEntry& key, std::string& out) {
  const ServiceConfig& service = session.service.config;
  const HeaderField added[] = {{service.forwarded_user_header, key.owner->user},
                               {service.forwarded_tenant_header, key.owner->tenant}};
  write_upstream_head(
      exchange.request,
      {.removed = session.service.gate.key_headers(),
       .added = added,
       .peer_address = session.peer_text,
       .sender = session.service.is_behind_hop() ? Sender::kTrustedHop : Sender::kClient},
      out);
}

bool is_too_large(const Session& session, const BodyCursor& body) noexcept {
  return body.chunk_payload() > session.service.config.http.body_bytes;
}

// Head and what is there of the body, in one write.
Task<Attempt> send_start(Session& session, Exchange& exchange, KeyEntry& key) {
  BodyCursor body = exchange.request_body;
  const std::string_view there = session.in.view().substr(exchange.head_bytes);
  const auto [bytes, is_bad] = body.take(there);
  if (is_bad) co_return Attempt::kBadBody;
  if (is_too_large(session, body)) co_return Attempt::kBodyTooLarge;

  std::string& scratch = session.context.scratch;
  scratch.clear();
  write_head(session, exchange, key, scratch);
  scratch.append(there.substr(0, bytes));
  const bool expects_continue = exchange.request.expect_continue && !body.is_done();
  const bool is_repeatable = body.is_done() && is_idempotent(exchange.request.method) &&
                             exchange.request.framing == Framing::kNone;
  const std::size_t size = scratch.size();
  std::size_t sent = 0;
  const Step step = co_await send_upstream(session, scratch, sent);
  if (step == Step::kEnd) co_return Attempt::kAborted;
  if (step == Step::kTimedOut) co_return Attempt::kTimeout;
  if (step == Step::kGone && sent == 0) {
    co_return session.up->was_idle ? Attempt::kStale : Attempt::kUnreachable;
  }
  // Whatever it says before it listens no more is the answer.
  if (sent < size) session.has_unread = true;
  (void)session.context.edge.charge_bytes(key, bytes);
  exchange.request_body = body;
  exchange.kept_bytes = exchange.head_bytes + bytes;
  if (!is_repeatable) {
    session.in.consume(std::exchange(exchange.kept_bytes, 0));
    session.up->was_idle = false;
  }
  if (expects_continue) {
    const Step told = co_await send(session, kContinue);
    if (told != Step::kDone) co_return Attempt::kAborted;
  }
  co_return Attempt::kAnswered;
}

// Lets the client wait while its key is over its byte limit: what it sends meanwhile fills the
// receive window, and then it stops by itself.
Task<Step> pause(Session& session, std::uint64_t ns) {
  session.set_timeout(std::chrono::milliseconds(ns / 1'000'000 + 1));
  const Wake wake = co_await session.wait(kUpRead | kDownGone);
  if (wake == Wake::kReady && session.down.is_ready(Watch::kGone)) co_return Step::kGone;
  co_return step_of(wake);
}

// Passes on the body until it ends or the upstream has something to say.
Task<Attempt> upload(Session& session, Exchange& exchange, KeyEntry& key) {
  BodyCursor& body = exchange.request_body;
  std::uint64_t passed_on = 0;
  while (!body.is_done()) {
    const std::uint64_t over_ns =
        session.context.edge.charge_bytes(key, std::exchange(passed_on, 0));
    if (over_ns > 0) {
      const Step waited = co_await pause(session, over_ns);
      if (waited == Step::kGone || waited == Step::kEnd) co_return Attempt::kAborted;
      if (waited == Step::kDone) co_return Attempt::kAnswered;
      continue;
    }
    if (session.in.empty()) {
      const Io io = session.read_more();
      if (io == Io::kClosed || io == Io::kFailed) co_return Attempt::kAborted;
      if (io != Io::kDone) {
        session.set_timeout(session.service.config.http.body_timeout);
        const int client = io == Io::kWantWrite ? kDownWrite : kDownRead;
        const Wake wake = co_await session.wait(client | kUpRead);
        if (wake == Wake::kEnd) co_return Attempt::kAborted;
        if (wake == Wake::kTimedOut) co_return Attempt::kBodyTooSlow;
      }
      if (session.up->watch.is_ready(Watch::kReadable)) co_return Attempt::kAnswered;
      continue;
    }
    const std::string_view there = session.in.view();
    const auto [bytes, is_bad] = body.take(there);
    if (is_bad) co_return Attempt::kBadBody;
    if (is_too_large(session, body)) co_return Attempt::kBodyTooLarge;
    std::size_t sent = 0;
    const Step step = co_await send_upstream(session, there.substr(0, bytes), sent);
    session.in.consume(bytes);
    passed_on = bytes;
    if (step == Step::kEnd) co_return Attempt::kAborted;
    if (step == Step::kTimedOut) co_return Attempt::kTimeout;
    if (sent < bytes) session.has_unread = true;
    if (sent < bytes || session.up->watch.is_ready(Watch::kReadable)) co_return Attempt::kAnswered;
    if (session.is_greedy()) {
      const Wake wake = co_await session.yield();
      if (wake == Wake::kEnd) co_return Attempt::kAborted;
    }
  }
  co_return Attempt::kAnswered;
}

Task<Attempt> attempt(Session& session, Exchange& exchange, KeyEntry& key, Reuse reuse) {
  const Step connected = co_await connect_upstream(session, reuse);
  switch (connected) {
    case Step::kDone:
      break;
    case Step::kGone:
      co_return Attempt::kUnreachable;
    case Step::kTimedOut:
      co_return Attempt::kTimeout;
    case Step::kEnd:
      co_return Attempt::kAborted;
  }
  Attempt result = co_await send_start(session, exchange, key);
  if (result != Attempt::kAnswered) co_return result;
  if (!exchange.request_body.is_done()) {
    result = co_await upload(session, exchange, key);
    if (result != Attempt::kAnswered) co_return result;
  }
  const Attempt relayed = co_await relay_response(session, exchange, key);
  co_return relayed;
}

// Answers what went wrong before the client had a byte of a response.
Task<Attempt> answer(Session& session, Exchange& exchange, Attempt fault) {
  WorkerContext& context = session.context;
  const bool is_clients = fault == Attempt::kBadBody || fault == Attempt::kBodyTooLarge ||
                          fault == Attempt::kBodyTooSlow;
  const bool is_read = !is_clients && exchange.request_body.is_done() && !session.has_unread;
  const AnswerForm form{.keep_alive = is_read && exchange.request.keep_alive &&
                                      exchange.request.minor_version == 1 && !context.is_draining,
                        .with_body = !exchange.is_head_request};
  context.scratch.clear();
  if (is_clients) {
    if (fault != Attempt::kBodyTooSlow) ++context.counters.bad_requests;
    const unsigned status =
        fault == Attempt::kBadBody ? 400 : (fault == Attempt::kBodyTooLarge ? 413 : 408);
    write_bad_request(status, "the request's body can't be taken", context.scratch);
  } else {
    ++context.counters.upstream_failures;
    write_upstream_fault(fault == Attempt::kTimeout       ? UpstreamFault::kTimeout
                         : fault == Attempt::kBadResponse ? UpstreamFault::kBadResponse
                                                          : UpstreamFault::kUnreachable,
                         form, context.scratch);
  }
  session.in.consume(std::exchange(exchange.kept_bytes, 0));
  const Step step = co_await send(session, context.scratch);
  if (step != Step::kDone) co_return Attempt::kAborted;
  if (form.keep_alive) co_return Attempt::kAnswered;
  if (!is_read) session.has_unread = true;
  co_return Attempt::kFinished;
}

}  // namespace

Task<Attempt> forward(Session& session, Exchange& exchange, KeyEntry& key) {
  if (exchange.request.framing == Framing::kLength &&
      exchange.request.content_length > session.service.config.http.body_bytes) {
    const Attempt answered = co_await answer(session, exchange, Attempt::kBodyTooLarge);
    co_return answered;
  }
  Attempt result = co_await attempt(session, exchange, key, Reuse::kIdleToo);
  if (result == Attempt::kStale) {
    session.service.upstream.end(std::move(session.up));
    result = co_await attempt(session, exchange, key, Reuse::kFreshOnly);
    if (result == Attempt::kStale) result = Attempt::kUnreachable;
  }
  if (session.up) session.service.upstream.end(std::move(session.up));
  if (result <= Attempt::kAborted) co_return result;
  result = co_await answer(session, exchange, result);
  co_return result;
}

}  // namespace sallyport
