// SPDX-License-Identifier: Apache-2.0
// How a session answers as an HTTP/1 connection.
#include "agent/http/rewrite.hpp"
#include "agent/terminator/session.hpp"

namespace sallyport {

namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";

// Takes what was sent off the front of `bytes`.
Io send_now(ClientStream& stream, std::string_view& bytes) noexcept {
  while (!bytes.empty()) {
    std::size_t sent = 0;
    const Io io = stream.write(bytes, sent);
    if (io != Io::kDone) return io;
    bytes.remove_prefix(sent);
  }
  return Io::kDone;
}

}  // namespace

Task<Step> Session::send(std::string_view bytes) {
  const Io io = send_now(stream, bytes);
  if (io == Io::kDone) co_return Step::kDone;
  const std::string kept(bytes);
  const Step sent = co_await send_lasting(kept);
  co_return sent;
}

Task<Step> Session::send_lasting(std::string_view bytes) {
  for (;;) {
    const Io io = send_now(stream, bytes);
    if (io == Io::kDone) co_return Step::kDone;
    if (!wants(io)) co_return Step::kGone;
    set_timeout(service.config.http.body_timeout);
    const Wake wake = co_await wait(interest_of(io));
    if (wake != Wake::kReady) co_return step_of(wake);
  }
}

Task<Step> Session::send_continue() {
  return send(kContinue);
}

Task<Step> Session::send_answer(std::string_view response) {
  return send(response);
}

ResponsePlan Session::plan_for(const Exchange& exchange) const noexcept {
  const bool http11 = exchange.request.minor_version == 1;
  ResponsePlan plan{exchange.response.framing, Recode::kNone, false};
  if (plan.framing == Framing::kUntilClose && http11) {
    plan.framing = Framing::kChunked;
    plan.recode = Recode::kChunk;
  } else if (plan.framing == Framing::kChunked && !http11) {
    plan.framing = Framing::kUntilClose;
    plan.recode = Recode::kUnchunk;
  }
  plan.keep_alive = exchange.request.keep_alive && http11 && exchange.request_body.is_done() &&
                    !has_unread && !context.is_draining;
  return plan;
}

void Session::begin_response(const ResponseHead& response, const ResponsePlan& plan,
                             std::string& out) {
  write_downstream_head(response, plan.framing, plan.keep_alive, out);
}

std::string_view Session::end_response(const ResponsePlan& plan) {
  return plan.recode == Recode::kChunk ? kLastChunk : std::string_view{};
}

}  // namespace sallyport
