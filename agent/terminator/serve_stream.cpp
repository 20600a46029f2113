// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/serve_stream.hpp"

#include "agent/terminator/forward.hpp"
#include "agent/terminator/judge_request.hpp"

namespace sallyport {

namespace {

Task<void> serve(Session& carrier, Http2Stream& stream) {
  WorkerContext& context = carrier.context;
  Exchange& exchange = stream.exchange();
  const AccessGuard access(carrier, exchange);
  begin_access(carrier, exchange);
  const ParseResult& head = stream.head_result();
  if (head.result == ParseStatus::kBad) {
    ++context.counters.bad_requests;
    note_answer(exchange, head.status);
    context.scratch.clear();
    write_bad_request(head.status, head.why, context.scratch);
    (void)co_await stream.send_answer(context.scratch);
    co_return;
  }
  const Judgement judgement = judge_request(carrier, exchange, &stream);
  note_judgement(exchange, judgement);
  if (judgement.code != CheckCode::kAllowed) {
    note_answer(exchange, info(judgement.code).status);
    const AnswerForm form{.keep_alive = true, .with_body = !exchange.is_head_request};
    const std::string_view answer = refusal_of(context, judgement, form);
    (void)co_await stream.send_answer(answer);
    co_return;
  }
  (void)stream.read_more();  // what came of the body along with the head
  const Attempt result = co_await forward(stream, exchange, *judgement.key);
  exchange.access.is_whole = result != Attempt::kAborted;
}

}  // namespace

Detached run_stream(Session& carrier, Http2Stream& stream) {
  co_await serve(carrier, stream);
  stream.on_served();
}

}  // namespace sallyport
