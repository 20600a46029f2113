// SPDX-License-Identifier: Apache-2.0
// How a stream answers.
#include <array>
#include <charconv>

#include "agent/http/rewrite.hpp"
#include "agent/terminator/http2_connection.hpp"

namespace sallyport {

namespace {

// A response waits for nghttp2 to take what there is of it beyond this.
constexpr std::size_t kMostWaiting = 32 << 10;

// Less than this is copied, so that its stream need not wait for nghttp2.
constexpr std::size_t kWorthLending = 8 << 10;

/// The fields of a response head as nghttp2 wants them; it copies what they refer to, and makes
/// names lower case.
class ResponseFields {
 public:
  void add(std::string_view name, std::string_view value) noexcept {
    fields_[count_++] = {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                         reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())),
                         name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
  }
  /// `text` must live as long as this.
  void add(std::string_view name, std::uint64_t number, std::array<char, 20>& text) noexcept {
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    add(name, {text.data(), static_cast<std::size_t>(end - text.data())});
  }
  [[nodiscard]] const nghttp2_nv* data() const noexcept { return fields_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  std::array<nghttp2_nv, kMaxHeaderFields + 2> fields_;  // with :status and Content-Length
  std::size_t count_ = 0;
};

ssize_t offer(nghttp2_session*, std::int32_t, std::uint8_t*, std::size_t most, std::uint32_t* flags,
              nghttp2_data_source* source, void*) {
  return static_cast<Http2Stream*>(source->ptr)->offer(most, *flags);
}

}  // namespace

Task<Step> Http2Stream::send_continue() {
  ResponseFields fields;
  fields.add(":status", "100");
  (void)nghttp2_submit_headers(owner_.session(), NGHTTP2_FLAG_NONE, id_, nullptr, fields.data(),
                               fields.size(), nullptr);
  owner_.on_output();
  co_return Step::kDone;
}

Task<Step> Http2Stream::send_answer(std::string_view response) {
  ResponseHead& head = exchange().response;
  const HeadLimits limits{.bytes = response.size() + 1, .fields = kMaxHeaderFields};
  const ParseResult parsed =
      parse_response_head(response, limits, exchange().is_head_request ? "HEAD" : "GET", head);
  if (is_dead() || parsed.result != ParseStatus::kDone) co_return Step::kEnd;
  const ResponsePlan plan{head.framing, Recode::kNone, true};
  std::string none;
  begin_response(head, plan, none);
  out_ += response.substr(parsed.consumed);
  (void)end_response(plan);
  co_return Step::kDone;
}

ResponsePlan Http2Stream::plan_for(const Exchange& exchange) const noexcept {
  const Framing framing = exchange.response.framing;
  const Recode recode = framing == Framing::kChunked ? Recode::kUnchunk : Recode::kNone;
  return {framing, recode, true};
}

void Http2Stream::begin_response(const ResponseHead& response, const ResponsePlan& plan,
                                 std::string&) {
  if (is_dead()) return;
  ResponseFields fields;
  std::array<char, 20> status;
  std::array<char, 20> length;
  fields.add(":status", response.status, status);
  const DownstreamFilter filter(response);
  for (const auto& [name, value] : response.fields.all()) {
    if (filter.passes(name)) fields.add(name, value);
  }
  if (tells_length(response, plan.framing))
    fields.add("content-length", response.content_length, length);
  const bool has_body = plan.framing != Framing::kNone &&
                        !(plan.framing == Framing::kLength && response.content_length == 0);
  is_response_whole_ = !has_body;
  nghttp2_data_provider body{{}, sallyport::offer};
  body.source.ptr = this;
  (void)nghttp2_submit_response(owner_.session(), id_, fields.data(), fields.size(),
                                has_body ? &body : nullptr);
  owner_.on_output();
}

Task<Step> Http2Stream::send(std::string_view bytes) {
  if (is_dead()) co_return Step::kGone;
  if (!bytes.empty()) {
    out_ += bytes;
    resume_sending();
  }
  if (out_.size() - out_taken_ <= kMostWaiting) co_return Step::kDone;
  const Step taken = co_await wait_until_taken();
  co_return taken;
}

Task<Step> Http2Stream::send_lasting(std::string_view bytes) {
  if (bytes.size() < kWorthLending) return send(bytes);
  return lend(bytes);
}

Task<Step> Http2Stream::lend(std::string_view bytes) {
  if (is_dead()) co_return Step::kGone;
  lent_ = bytes;
  resume_sending();
  const Step taken = co_await wait_until_taken();
  lent_ = {};
  co_return taken;
}

Task<Step> Http2Stream::wait_until_taken() {
  down.exhaust(Watch::kWritable);
  set_timeout(service.config.http.body_timeout);
  const Wake wake = co_await wait(kDownWrite);
  if (wake != Wake::kReady) co_return step_of(wake);
  co_return is_dead() ? Step::kGone : Step::kDone;
}

std::string_view Http2Stream::end_response(const ResponsePlan&) {
  is_response_whole_ = true;
  if (!is_dead()) resume_sending();
  return {};
}

void Http2Stream::resume_sending() noexcept {
  // Not deferred (nothing was asked for yet) is no failure.
  (void)nghttp2_session_resume_data(owner_.session(), id_);
  owner_.on_output();
}

}  // namespace sallyport
