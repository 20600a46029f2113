// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>

#include "agent/http/upgrade.hpp"
#include "agent/terminator/forward.hpp"
#include "agent/terminator/upstream_io.hpp"

namespace sallyport {

namespace {

void append_chunk(std::string_view bytes, std::string& out) {
  if (bytes.empty()) return;  // a chunk of none would be the last
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes.size(), 16);
  out.append(digits.data(), end.ptr);
  ((out += "\r\n") += bytes) += "\r\n";
}

BodyCursor::Taken append_unchunked(std::string_view bytes, BodyCursor& body, std::string& out) {
  BodyCursor::Taken all;
  while (all.bytes < bytes.size() && !body.is_done() && !all.is_bad) {
    std::string_view payload;
    const auto run = body.take_run(bytes.substr(all.bytes), payload);
    out += payload;
    all.bytes += run.bytes;
    all.is_bad = run.is_bad;
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
Attempt cut_short(const Downstream& client, const Exchange& exchange) noexcept {
  const bool is_silent = exchange.from_upstream.empty();
  return is_silent && client.up->was_idle ? Attempt::kStale : Attempt::kBadResponse;
}

// Reads until a final response's head is there; its bytes stay in `from_upstream`.
Task<Attempt> read_head(Downstream& client, Exchange& exchange, std::size_t& head_bytes) {
  Buffer& buffer = exchange.from_upstream;
  const HeadLimits limits{.bytes = client.context.blocks.block_bytes(), .fields = kMaxHeaderFields};
  client.set_timeout(client.service.config.upstream.response_timeout);
  for (;;) {
    if (!buffer.empty()) {
      const auto parsed = parse_response_head(
          buffer.view(), limits, exchange.is_head_request ? "HEAD" : "GET", exchange.response);
      if (parsed.result == ParseStatus::kBad) co_return Attempt::kBadResponse;
      const bool is_final =
          exchange.response.status >= 200 || switches_to(exchange.response, exchange.upgrade);
      if (parsed.result == ParseStatus::kDone && is_final) {
        head_bytes = parsed.consumed;
        co_return Attempt::kAnswered;
      }
      if (parsed.result == ParseStatus::kDone) {
        // A 101 to what nobody asked for is no answer; other interim responses are for our hop.
        if (exchange.response.status == 101) co_return Attempt::kBadResponse;
        buffer.consume(parsed.consumed);
        client.up->was_idle = false;
        continue;
      }
    }
    const Step filled = co_await fill_upstream(client, buffer);
    switch (filled) {
      case Step::kDone:
        break;
      case Step::kGone:
        co_return cut_short(client, exchange);
      case Step::kTimedOut:
        co_return Attempt::kTimeout;
      case Step::kEnd:
        co_return Attempt::kAborted;
    }
  }
}

// Lets what the key is to be sent wait in the upstream's socket while the key is over its rate.
Task<Step> keep_to_rate(Downstream& client, KeyEntry& key) {
  for (;;) {
    const std::uint64_t over_ns = client.context.edge.charge_sent(key, 0);
    if (over_ns == 0) co_return Step::kDone;
    const Step waited = co_await wait_out(client, over_ns);
    if (waited != Step::kDone) co_return waited;
  }
}

// What was recoded is in the context's scratch; what was not stays in its buffer meanwhile.
Task<Step> send_body(Downstream& client, std::string_view bytes, Recode recode) {
  return recode == Recode::kNone ? client.send_lasting(bytes) : client.send(bytes);
}

// What follows the first bytes of a body; those are out already.
Task<Attempt> relay_rest(Downstream& client, Exchange& exchange, KeyEntry& key,
                         const ResponsePlan& plan, BodyCursor& body) {
  std::string& scratch = client.context.scratch;
  Buffer& buffer = exchange.from_upstream;
  while (!body.is_done()) {
    const Step paced = co_await keep_to_rate(client, key);
    if (paced != Step::kDone) co_return Attempt::kAborted;
    client.set_timeout(client.service.config.upstream.response_timeout);
    const Step read = co_await fill_upstream(client, buffer);
    const bool has_ended = read == Step::kGone && !client.up->was_reset;
    if (has_ended && exchange.response.framing == Framing::kUntilClose) {
      co_return Attempt::kAnswered;
    }
    // The client sees from the framing that something is missing.
    if (read != Step::kDone) co_return Attempt::kAborted;

    scratch.clear();
    std::string_view out = buffer.view();
    BodyCursor::Taken taken;
    if (plan.recode == Recode::kNone) {
      taken = body.take(out);
      out = out.substr(0, taken.bytes);
    } else {
      taken = append_body(out, plan.recode, body, scratch);
      out = scratch;
    }
    if (taken.is_bad) co_return Attempt::kAborted;
    const std::size_t size = out.size();
    const Step sent = co_await send_body(client, out, plan.recode);
    if (sent != Step::kDone) co_return Attempt::kAborted;
    (void)client.context.edge.charge_sent(key, size);
    exchange.access.bytes_out += size;
    buffer.consume(taken.bytes);
    if (client.is_greedy()) {
      const Wake wake = co_await client.yield();
      if (wake == Wake::kEnd) co_return Attempt::kAborted;
    }
  }
  co_return Attempt::kAnswered;
}

Task<Attempt> switch_protocols(Downstream& client, Exchange& exchange, KeyEntry& key,
                               std::size_t head_bytes) {
  std::string& scratch = client.context.scratch;
  scratch.clear();
  write_switching_head(exchange.response, exchange.upgrade, scratch);
  exchange.from_upstream.consume(head_bytes);
  const std::size_t size = scratch.size();
  const Step sent = co_await client.send(scratch);
  if (sent != Step::kDone) co_return Attempt::kAborted;
  (void)client.context.edge.charge_sent(key, size);
  exchange.access.bytes_out += size;
  co_return Attempt::kSwitched;
}

}  // namespace

Task<Attempt> relay_response(Downstream& client, Exchange& exchange, KeyEntry& key) {
  std::size_t head_bytes = 0;
  Attempt result = co_await read_head(client, exchange, head_bytes);
  if (result != Attempt::kAnswered) co_return result;
  client.in.consume(std::exchange(exchange.kept_bytes, 0));
  const Step paced = co_await keep_to_rate(client, key);
  if (paced != Step::kDone) co_return Attempt::kAborted;

  exchange.access.on_response(exchange.response.status);
  if (exchange.response.status == 101) {
    const Attempt switched = co_await switch_protocols(client, exchange, key, head_bytes);
    co_return switched;
  }
  const ResponsePlan plan = client.plan_for(exchange);
  BodyCursor body(exchange.response.framing, exchange.response.content_length,
                  ChunkedWalker::Trailers::kPass);
  Buffer& buffer = exchange.from_upstream;
  std::string& scratch = client.context.scratch;
  scratch.clear();
  client.begin_response(exchange.response, plan, scratch);
  const auto taken = append_body(buffer.view().substr(head_bytes), plan.recode, body, scratch);
  if (taken.is_bad) co_return Attempt::kBadResponse;
  buffer.consume(head_bytes + taken.bytes);
  const std::size_t size = scratch.size();
  const Step sent = co_await client.send(scratch);
  if (sent != Step::kDone) co_return Attempt::kAborted;
  (void)client.context.edge.charge_sent(key, size);
  exchange.access.bytes_out += size;
  if (!body.is_done()) {
    result = co_await relay_rest(client, exchange, key, plan, body);
    if (result != Attempt::kAnswered) co_return result;
  }
  const std::string_view end = client.end_response(plan);
  if (!end.empty()) {
    const Step ended = co_await client.send(end);
    if (ended != Step::kDone) co_return Attempt::kAborted;
  }
  const bool is_reusable = exchange.response.keep_alive && body.is_done() && buffer.empty() &&
                           exchange.request_body.is_done() && !client.has_unread;
  if (is_reusable) {
    client.service.upstream.give(std::move(client.up), client.context.now_ms);
  }
  if (!exchange.request_body.is_done()) client.has_unread = true;
  co_return plan.keep_alive ? Attempt::kAnswered : Attempt::kFinished;
}

}  // namespace sallyport
