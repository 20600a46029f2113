// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/forward.hpp"

#include "agent/http/rewrite.hpp"
#include "agent/http/upgrade.hpp"
#include "agent/terminator/upstream_io.hpp"

namespace sallyport {

namespace {

// RFC 9110 section 9.2.2.
bool is_idempotent(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" ||
         method == "OPTIONS" || method == "TRACE";
}

void write_head(Downstream& client, const Exchange& exchange, const KeyEntry& key,
                std::string& out) {
  const ServiceConfig& service = client.service.config;
  const HeaderField added[] = {{service.forwarded_user_header, key.owner->user},
                               {service.forwarded_tenant_header, key.owner->tenant}};
  write_upstream_head(
      exchange.request,
      {.removed = client.service.gate.key_headers(),
       .added = added,
       .peer_address = client.peer_text(),
       .sender = client.service.is_behind_hop() ? Sender::kTrustedHop : Sender::kClient,
       .upgrade = exchange.upgrade},
      out);
}

/// What the service lets the client switch to, of what it asks for.
std::string_view granted_upgrade(const ServiceConfig& service, const RequestHead& request) {
  const std::string_view asked = upgrade_of(request);
  if (asked.empty()) return {};
  for (const std::string& one : service.upgrades) {
    if (iequals(one, asked)) return one;
  }
  return {};
}

bool is_too_large(const Downstream& client, const BodyCursor& body) noexcept {
  return body.chunk_payload() > client.service.config.http.body_bytes;
}

// Head and what is there of the body, in one write.
Task<Attempt> send_start(Downstream& client, Exchange& exchange, KeyEntry& key) {
  BodyCursor body = exchange.request_body;
  const std::string_view there = client.in.view().substr(exchange.head_bytes);
  const auto [bytes, is_bad] = body.take(there);
  if (is_bad) co_return Attempt::kBadBody;
  if (is_too_large(client, body)) co_return Attempt::kBodyTooLarge;

  std::string& scratch = client.context.scratch;
  scratch.clear();
  exchange.upgrade = granted_upgrade(client.service.config, exchange.request);
  write_head(client, exchange, key, scratch);
  scratch.append(there.substr(0, bytes));
  const bool expects_continue = exchange.request.expect_continue && !body.is_done();
  const bool is_repeatable = body.is_done() && is_idempotent(exchange.request.method) &&
                             exchange.request.framing == Framing::kNone;
  const std::size_t size = scratch.size();
  std::size_t sent = 0;
  const Step step = co_await send_upstream(client, scratch, sent);
  if (step == Step::kEnd) co_return Attempt::kAborted;
  if (step == Step::kTimedOut) co_return Attempt::kTimeout;
  if (step == Step::kGone && sent == 0) {
    co_return client.up->was_idle ? Attempt::kStale : Attempt::kUnreachable;
  }
  // Whatever it says before it listens no more is the answer.
  if (sent < size) client.has_unread = true;
  (void)client.context.edge.charge_bytes(key, bytes);
  exchange.access.bytes_in += bytes;
  exchange.request_body = body;
  exchange.kept_bytes = exchange.head_bytes + bytes;
  if (!is_repeatable) {
    client.in.consume(std::exchange(exchange.kept_bytes, 0));
    client.up->was_idle = false;
  }
  if (expects_continue) {
    const Step told = co_await client.send_continue();
    if (told != Step::kDone) co_return Attempt::kAborted;
  }
  co_return Attempt::kAnswered;
}

// Lets the client wait while its key is over its byte limit: what it sends meanwhile fills the
// receive window, and then it stops by itself.
Task<Step> pause(Downstream& client, std::uint64_t ns) {
  client.set_pause(ns);
  const Wake wake = co_await client.wait(kUpRead | kDownGone);
  if (wake == Wake::kReady && client.down.is_ready(Watch::kGone)) co_return Step::kGone;
  co_return step_of(wake);
}

// Passes on the body until it ends or the upstream has something to say.
Task<Attempt> upload(Downstream& client, Exchange& exchange, KeyEntry& key) {
  BodyCursor& body = exchange.request_body;
  std::uint64_t passed_on = 0;
  while (!body.is_done()) {
    const std::uint64_t over_ns =
        client.context.edge.charge_bytes(key, std::exchange(passed_on, 0));
    if (over_ns > 0) {
      const Step waited = co_await pause(client, over_ns);
      if (waited == Step::kGone || waited == Step::kEnd) co_return Attempt::kAborted;
      if (waited == Step::kDone) co_return Attempt::kAnswered;
      continue;
    }
    if (client.in.empty()) {
      const Io io = client.read_more();
      if (io == Io::kClosed || io == Io::kFailed) co_return Attempt::kAborted;
      if (io != Io::kDone) {
        client.set_timeout(client.service.config.http.body_timeout);
        const Wake wake = co_await client.wait(interest_of(io) | kUpRead);
        if (wake == Wake::kEnd) co_return Attempt::kAborted;
        if (wake == Wake::kTimedOut) co_return Attempt::kBodyTooSlow;
      }
      if (client.up->watch.is_ready(Watch::kReadable)) co_return Attempt::kAnswered;
      continue;
    }
    const std::string_view there = client.in.view();
    const auto [bytes, is_bad] = body.take(there);
    if (is_bad) co_return Attempt::kBadBody;
    if (is_too_large(client, body)) co_return Attempt::kBodyTooLarge;
    std::size_t sent = 0;
    const Step step = co_await send_upstream(client, there.substr(0, bytes), sent);
    client.in.consume(bytes);
    passed_on = bytes;
    exchange.access.bytes_in += bytes;
    if (step == Step::kEnd) co_return Attempt::kAborted;
    if (step == Step::kTimedOut) co_return Attempt::kTimeout;
    if (sent < bytes) client.has_unread = true;
    if (sent < bytes || client.up->watch.is_ready(Watch::kReadable)) co_return Attempt::kAnswered;
    if (client.is_greedy()) {
      const Wake wake = co_await client.yield();
      if (wake == Wake::kEnd) co_return Attempt::kAborted;
    }
  }
  co_return Attempt::kAnswered;
}

Task<Attempt> attempt(Downstream& client, Exchange& exchange, KeyEntry& key, Reuse reuse) {
  const Step connected = co_await connect_upstream(client, reuse);
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
  Attempt result = co_await send_start(client, exchange, key);
  if (result != Attempt::kAnswered) co_return result;
  if (!exchange.request_body.is_done()) {
    result = co_await upload(client, exchange, key);
    if (result != Attempt::kAnswered) co_return result;
  }
  const Attempt relayed = co_await relay_response(client, exchange, key);
  co_return relayed;
}

// Answers what went wrong before the client had a byte of a response.
Task<Attempt> answer(Downstream& client, Exchange& exchange, Attempt fault) {
  WorkerContext& context = client.context;
  const bool is_clients = fault == Attempt::kBadBody || fault == Attempt::kBodyTooLarge ||
                          fault == Attempt::kBodyTooSlow;
  const bool is_read = !is_clients && exchange.request_body.is_done() && !client.has_unread;
  const AnswerForm form{.keep_alive = is_read && exchange.request.keep_alive &&
                                      exchange.request.minor_version == 1 && !context.is_draining,
                        .with_body = !exchange.is_head_request};
  context.scratch.clear();
  if (is_clients) {
    if (fault != Attempt::kBodyTooSlow) ++context.counters.bad_requests;
    const unsigned status =
        fault == Attempt::kBadBody ? 400 : (fault == Attempt::kBodyTooLarge ? 413 : 408);
    write_bad_request(status, "the request's body can't be taken", context.scratch);
    exchange.access.status = status;
  } else {
    ++context.counters.upstream_failures;
    exchange.access.status = fault == Attempt::kTimeout ? 504 : 502;
    write_upstream_fault(fault == Attempt::kTimeout       ? UpstreamFault::kTimeout
                         : fault == Attempt::kBadResponse ? UpstreamFault::kBadResponse
                                                          : UpstreamFault::kUnreachable,
                         form, context.scratch);
  }
  client.in.consume(std::exchange(exchange.kept_bytes, 0));
  const Step step = co_await client.send_answer(context.scratch);
  if (step != Step::kDone) co_return Attempt::kAborted;
  if (form.keep_alive) co_return Attempt::kAnswered;
  if (!is_read) client.has_unread = true;
  co_return Attempt::kFinished;
}

}  // namespace

Task<Attempt> forward(Downstream& client, Exchange& exchange, KeyEntry& key) {
  if (exchange.request.framing == Framing::kLength &&
      exchange.request.content_length > client.service.config.http.body_bytes) {
    const Attempt answered = co_await answer(client, exchange, Attempt::kBodyTooLarge);
    co_return answered;
  }
  Attempt result = co_await attempt(client, exchange, key, Reuse::kIdleToo);
  if (result == Attempt::kStale) {
    client.service.upstream.end(std::move(client.up));
    result = co_await attempt(client, exchange, key, Reuse::kFreshOnly);
    if (result == Attempt::kStale) result = Attempt::kUnreachable;
  }
  if (result == Attempt::kSwitched) co_return result;
  if (client.up) client.service.upstream.end(std::move(client.up));
  if (result <= Attempt::kAborted) co_return result;
  result = co_await answer(client, exchange, result);
  co_return result;
}

}  // namespace sallyport
