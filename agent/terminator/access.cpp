// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/access.hpp"

#include <ctime>

#include "agent/terminator/judge_request.hpp"

namespace sallyport {

namespace {

std::uint64_t unix_ms() noexcept {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}

std::string_view protocol_of(const Session& carrier, const RequestHead& request) noexcept {
  if (carrier.streams != nullptr) return "HTTP/2.0";
  return request.minor_version == 0 ? "HTTP/1.0" : "HTTP/1.1";
}

}  // namespace

void AccessFacts::clear() noexcept {
  texts.clear();
  *this = {.texts = std::move(texts)};
}

void AccessFacts::on_response(unsigned answered_status) noexcept {
  status = answered_status;
  if (began_ns != 0) upstream_us = (boot_now() - began_ns) / 1000;
}

void begin_access(Session& carrier, Exchange& exchange) {
  if (carrier.context.access == nullptr || !carrier.context.access->listens()) return;
  AccessFacts& facts = exchange.access;
  facts.began_ns = boot_now();
  facts.began_unix_ms = unix_ms();
  facts.bytes_in = exchange.head_bytes;
  if (exchange.head_bytes == 0 || !carrier.context.access->reads_texts()) return;
  const RequestHead& request = exchange.request;
  const std::string_view texts[] = {request.method, request.host, path_of(request.target),
                                    request.fields.find("user-agent")};
  for (std::size_t i = 0; i < std::size(texts); ++i) {
    facts.texts += texts[i].substr(0, kMaxLoggedText);
    facts.ends[i] = facts.texts.size();
  }
}

void note_judgement(Exchange& exchange, const Judgement& judgement) noexcept {
  exchange.access.code = judgement.code;
  exchange.access.key = judgement.whose;
}

void note_answer(Exchange& exchange, unsigned status) noexcept {
  exchange.access.status = status;
  exchange.access.is_whole = true;
}

void end_access(Session& carrier, Exchange& exchange) noexcept {
  const AccessFacts& facts = exchange.access;
  if (facts.began_ns == 0) return;
  const std::string_view texts = facts.texts;
  const auto text = [&](std::size_t i) {
    const std::size_t start = i == 0 ? 0 : facts.ends[i - 1];
    return texts.substr(start, facts.ends[i] - start);
  };
  carrier.context.access->record(carrier.context.number,
                                 {.began_unix_ms = facts.began_unix_ms,
                                  .duration_us = (boot_now() - facts.began_ns) / 1000,
                                  .upstream_us = facts.upstream_us,
                                  .service = carrier.service.config.name,
                                  .source = carrier.peer_address,
                                  .protocol = protocol_of(carrier, exchange.request),
                                  .method = text(0),
                                  .host = text(1),
                                  .path = text(2),
                                  .user_agent = text(3),
                                  .status = facts.status,
                                  .code = facts.code,
                                  .key = facts.key,
                                  .bytes_in = facts.bytes_in,
                                  .bytes_out = facts.bytes_out,
                                  .is_whole = facts.is_whole});
}

}  // namespace sallyport
