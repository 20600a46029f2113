// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>

#include "agent/http/rewrite.hpp"
#include "agent/terminator/forward.hpp"
#include "agent/terminator/upstream_io.hpp"

namespace sallyport {

namespace {

constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// What has to happen to a body on its way to the client.
enum class Recode : std::uint8_t {
  kNone,
  kChunk,    // of unknown length, to HTTP/1.1
  kUnchunk,  // chunked, to HTTP/1.0
};

struct Plan {
  Framing framing = Framing::kNone;  // towards the client
  Recode recode = Recode::kNone;
  bool keep_alive = false;
};

Plan plan_for(const Session& session, const Exchange& exchange) noexcept {
  const bool http11 = exchange.request.minor_version == 1;
  Plan plan{.framing = exchange.response.framing, .recode = Recode::kNone, .keep_alive = false};
  if (plan.framing == Framing::kUntilClose && http11) {
    plan.framing = Framing::kChunked;
    plan.recode = Recode::kChunk;
  } else if (plan.framing == Framing::kChunked && !http11) {
    plan.framing = Framing::kUntilClose;
    plan.recode = Recode::kUnchunk;
  }
  plan.keep_alive = exchange.request.keep_alive && http11 && exchange.request_body.is_done() &&
                    !session.has_unread && !session.context.is_draining;
  return plan;
}

void append_chunk(std::string_view bytes, std::string& out) {
  if (bytes.empty()) return;  // a chunk of none would be the last
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes.size(), 16);
  out.append(digits.data(), end.ptr);
  ((out += "\r\n") += bytes) += "\r\n";
}

// HTTP/1.0 clients of chunking upstreams are rare: byte by byte is quick enough for them.
BodyCursor::Taken append_unchunked(std::string_view bytes, BodyCursor& body, std::string& out) {
  BodyCursor::Taken all;
  while (all.bytes < bytes.size() && !body.is_done()) {
    const std::uint64_t before = body.chunk_payload();
    const auto one = body.take(bytes.substr(all.bytes, 1));
    if (one.is_bad) return {all.bytes, true};
    if (body.chunk_payload() > before) out += bytes[all.bytes];
    all.bytes += one.bytes;
  }
  return all;
}

/// Appends what there is of the body, in the client's form.
BodyCursor::Taken append_body(std::string_view there, Recode recode, BodyCursor& body,
                              std::string& out) {
  if (recode == Recode::kUnchunk) return append_unchunked(there, body, out);
  const auto taken = body.take(there);
  if (taken.is_bad) return taken;
  if (recode == Recode::kChunk) {
    append_chunk(there.substr(0, taken.bytes), out);
  } else {
    out.append(there.substr(0, taken.bytes));
  }
  return taken;
}

// The upstream has ended or broken the connection before the response was whole.
Attempt cut_short(const Session& session, const Exchange& exchange) noexcept {
  const bool is_silent = exchange.from_upstream.empty();
  return is_silent && session.up->was_idle ? Attempt::kStale : Attempt::kBadResponse;
}

// Reads until a final response's head is there; its bytes stay in `from_upstream`.
Task<Attempt> read_head(Session& session, Exchange& exchange, std::size_t& head_bytes) {
  Buffer& buffer = exchange.from_upstream;
  const HeadLimits limits{.bytes = session.context.blocks.block_bytes(),
                          .fields = kMaxHeaderFields};
  session.set_timeout(session.service.config.upstream.response_timeout);
  for (;;) {
    if (!buffer.empty()) {
      const auto parsed = parse_response_head(
          buffer.view(), limits, exchange.is_head_request ? "HEAD" : "GET", exchange.response);
      if (parsed.result == ParseStatus::kBad) co_return Attempt::kBadResponse;
      if (parsed.result == ParseStatus::kDone && exchange.response.status >= 200) {
        head_bytes = parsed.consumed;
        co_return Attempt::kAnswered;
      }
      if (parsed.result == ParseStatus::kDone) {
        // Nobody asked to switch, so 101 is none; other interim responses are for our hop.
        if (exchange.response.status == 101) co_return Attempt::kBadResponse;
        buffer.consume(parsed.consumed);
        session.up->was_idle = false;
        continue;
      }
    }
    const Step filled = co_await fill_upstream(session, buffer);
    switch (filled) {
      case Step::kDone:
        break;
      case Step::kGone:
        co_return cut_short(session, exchange);
      case Step::kTimedOut:
        co_return Attempt::kTimeout;
      case Step::kEnd:
        co_return Attempt::kAborted;
    }
  }
}

// Lets what the key is to be sent wait in the upstream's socket while the key is over its rate.
Task<Step> keep_to_rate(Session& session, KeyEntry& key) {
  for (;;) {
    const std::uint64_t over_ns = session.context.edge.charge_sent(key, 0);
    if (over_ns == 0) co_return Step::kDone;
    const Step waited = co_await wait_out(session, over_ns);
    if (waited != Step::kDone) co_return waited;
  }
}

// What follows the first bytes of a body; those are out already.
Task<Attempt> relay_rest(Session& session, Exchange& exchange, KeyEntry& key, Recode recode,
                         BodyCursor& body) {
  std::string& scratch = session.context.scratch;
  Buffer& buffer = exchange.from_upstream;
  while (!body.is_done()) {
    const Step paced = co_await keep_to_rate(session, key);
    if (paced != Step::kDone) co_return Attempt::kAborted;
    session.set_timeout(session.service.config.upstream.response_timeout);
    const Step read = co_await fill_upstream(session, buffer);
    const bool has_ended = read == Step::kGone && !session.up->was_reset;
    if (has_ended && exchange.response.framing == Framing::kUntilClose) {
      if (recode != Recode::kChunk) co_return Attempt::kAnswered;
      const Step last = co_await send(session, kLastChunk);
      co_return last == Step::kDone ? Attempt::kAnswered : Attempt::kAborted;
    }
    // The client sees from the framing that something is missing.
    if (read != Step::kDone) co_return Attempt::kAborted;

    scratch.clear();
    std::string_view out = buffer.view();
    BodyCursor::Taken taken;
    if (recode == Recode::kNone) {
      taken = body.take(out);
      out = out.substr(0, taken.bytes);
    } else {
      taken = append_body(out, recode, body, scratch);
      out = scratch;
    }
    if (taken.is_bad) co_return Attempt::kAborted;
    const std::size_t size = out.size();
    const Step sent = co_await send(session, out);
    if (sent != Step::kDone) co_return Attempt::kAborted;
    (void)session.context.edge.charge_sent(key, size);
    buffer.consume(taken.bytes);
    if (session.is_greedy()) {
      const Wake wake = co_await session.yield();
      if (wake == Wake::kEnd) co_return Attempt::kAborted;
    }
  }
  co_return Attempt::kAnswered;
}

}  // namespace

Task<Attempt> relay_response(Session& session, Exchange& exchange, KeyEntry& key) {
  std::size_t head_bytes = 0;
  Attempt result = co_await read_head(session, exchange, head_bytes);
  if (result != Attempt::kAnswered) co_return result;
  session.in.consume(std::exchange(exchange.kept_bytes, 0));
  const Step paced = co_await keep_to_rate(session, key);
  if (paced != Step::kDone) co_return Attempt::kAborted;

  const Plan plan = plan_for(session, exchange);
  BodyCursor body(exchange.response.framing, exchange.response.content_length,
                  ChunkedWalker::Trailers::kPass);
  Buffer& buffer = exchange.from_upstream;
  std::string& scratch = session.context.scratch;
  scratch.clear();
  write_downstream_head(exchange.response, plan.framing, plan.keep_alive, scratch);
  const auto taken = append_body(buffer.view().substr(head_bytes), plan.recode, body, scratch);
  if (taken.is_bad) co_return Attempt::kBadResponse;
  buffer.consume(head_bytes + taken.bytes);
  const std::size_t size = scratch.size();
  const Step sent = co_await send(session, scratch);
  if (sent != Step::kDone) co_return Attempt::kAborted;
  (void)session.context.edge.charge_sent(key, size);
  if (!body.is_done()) {
    result = co_await relay_rest(session, exchange, key, plan.recode, body);
    if (result != Attempt::kAnswered) co_return result;
  }
  const bool is_reusable = exchange.response.keep_alive && body.is_done() && buffer.empty() &&
                           exchange.request_body.is_done() && !session.has_unread;
  if (is_reusable) {
    session.service.upstream.give(std::move(session.up), session.context.now_ms);
  }
  if (!exchange.request_body.is_done()) session.has_unread = true;
  co_return plan.keep_alive ? Attempt::kAnswered : Attempt::kFinished;
}

}  // namespace sallyport
