// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/http2_stream.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "agent/terminator/http2_connection.hpp"

namespace sallyport {

namespace {

constexpr std::string_view kLastChunk = "0\r\n\r\n";
// Around one chunk: at most 16 digits and twice CRLF; then perhaps the last.
constexpr std::size_t kChunkOverhead = 16 + 4 + kLastChunk.size();

// With its head, a frame of these fills a TLS record.
constexpr std::size_t kMostData = (16 << 10) - 9;

// How long and how much a client may go on sending after its answer.
constexpr std::chrono::milliseconds kLingerTime{2000};
constexpr std::uint64_t kMostDiscarded = 256 << 10;

std::size_t copy(std::string_view bytes, char* to) noexcept {
  std::memcpy(to, bytes.data(), bytes.size());
  return bytes.size();
}

}  // namespace

Http2Stream::Http2Stream(Http2Connection& owner, WorkerContext& shared, WorkerService& served,
                         std::int32_t id)
    : Downstream(shared, served, UniqueFd()), owner_(owner), id_(id), loan_(shared.exchanges) {
  const HttpLimits& http = served.config.http;
  head_reader_.begin(in.room(), {.bytes = http.head_bytes, .fields = http.headers},
                     exchange().request);
  down.add(Watch::kWritable);
  set_timeout(http.head_timeout);
}

std::string_view Http2Stream::peer_text() const noexcept {
  return owner_.carrier().peer_text();
}

void Http2Stream::on_head(bool has_body) noexcept {
  head_result_ = head_reader_.conclude(has_body);
  in.grow(head_result_.consumed);
  is_head_read_ = true;
  is_body_ended_ = is_body_written_ = !has_body;
  Exchange& one = exchange();
  one.head_bytes = one.kept_bytes = head_result_.consumed;
  one.is_head_request = one.request.method == "HEAD";
  one.request_body =
      BodyCursor(one.request.framing, one.request.content_length, ChunkedWalker::Trailers::kRefuse);
  owner_.add_news(*this);
}

bool Http2Stream::on_body(std::string_view bytes) {
  if (is_served_ || is_response_whole_) {
    discarded_ += bytes.size();
    if (is_lingering_ && discarded_ > kMostDiscarded) reset(NGHTTP2_NO_ERROR);
    return false;
  }
  body_ += bytes;
  down.add(Watch::kReadable);
  owner_.add_news(*this);
  return true;
}

void Http2Stream::on_body_end() noexcept {
  is_body_ended_ = true;
  down.add(Watch::kReadable);
  owner_.add_news(*this);
}

void Http2Stream::on_answered_early() noexcept {
  is_lingering_ = true;
  set_timeout(kLingerTime);
}

void Http2Stream::on_closed() noexcept {
  is_closed_ = true;
  down.add(Watch::kGone);
  KeyUsers::remove(*this);
  owner_.add_news(*this);
}

Io Http2Stream::read_more() {
  if (is_closed_) return Io::kClosed;
  const std::string_view there = std::string_view(body_).substr(body_taken_);
  if (there.empty() && (!is_body_ended_ || is_body_written_)) {
    down.exhaust(Watch::kReadable);
    return Io::kWantRead;
  }
  const std::span<char> room = in.room();
  if (room.size() <= kChunkOverhead) return Io::kDone;
  char* at = room.data();
  const std::size_t bytes = std::min(there.size(), room.size() - kChunkOverhead);
  const bool is_chunked = exchange().request.framing == Framing::kChunked;
  if (is_chunked && bytes > 0) {
    at = std::to_chars(at, at + 16, bytes, 16).ptr;
    at += copy("\r\n", at);
  }
  at += copy(there.substr(0, bytes), at);
  if (is_chunked && bytes > 0) at += copy("\r\n", at);
  body_taken_ += bytes;
  if (body_taken_ == body_.size()) {
    body_.clear();
    body_taken_ = 0;
    is_body_written_ = is_body_ended_;
    if (is_chunked && is_body_ended_) at += copy(kLastChunk, at);
  }
  in.grow(static_cast<std::size_t>(at - room.data()));
  if (bytes > 0) (void)nghttp2_session_consume(owner_.session(), id_, bytes);
  owner_.on_output();
  return Io::kDone;
}

ssize_t Http2Stream::offer(std::size_t most, std::uint32_t& flags) noexcept {
  const std::size_t there = out_.size() - out_taken_ + lent_.size();
  if (there == 0 && !is_response_whole_) return NGHTTP2_ERR_DEFERRED;
  flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  most = std::min(most, kMostData);
  if (is_response_whole_ && there <= most) flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(std::min(there, most));
}

void Http2Stream::take_offered(char* out, std::size_t bytes) noexcept {
  const std::size_t own = std::min(bytes, out_.size() - out_taken_);
  std::memcpy(out, out_.data() + out_taken_, own);
  out_taken_ += own;
  if (bytes > own) std::memcpy(out + own, lent_.data(), bytes - own);
  lent_.remove_prefix(bytes - own);
  if (is_served_) set_timeout(service.config.http.body_timeout);
  if (out_taken_ < out_.size() || !lent_.empty()) return;
  out_.clear();
  out_taken_ = 0;
  down.add(Watch::kWritable);
  owner_.add_news(*this);
}

void Http2Stream::on_news() noexcept {
  if (is_closed_) {
    end();
  } else {
    on_ready(down);
  }
}

void Http2Stream::on_tick() noexcept {
  if (!is_past_deadline()) return;
  clear_timeout();
  if (is_lingering_) {
    reset(NGHTTP2_NO_ERROR);
    return;
  }
  if (!is_pausing()) ++context.counters.timeouts;
  if (is_served_) {
    reset(NGHTTP2_CANCEL);  // it takes what is left of its response too slowly
  } else {
    time_out();
  }
}

void Http2Stream::abandon() noexcept {
  is_closed_ = true;
  KeyUsers::remove(*this);
  end();
}

void Http2Stream::cut_for_key() noexcept {
  if (is_closed_ || is_reset_) return;
  ++context.counters.cut;
  reset(NGHTTP2_CANCEL);
  end();
}

void Http2Stream::on_served() noexcept {
  is_served_ = true;
  if (!is_response_whole_) reset(NGHTTP2_INTERNAL_ERROR);
  const std::size_t unread = body_.size() - body_taken_;
  if (!is_closed_ && unread > 0) (void)nghttp2_session_consume(owner_.session(), id_, unread);
  body_.clear();
  if (up) service.upstream.end(std::move(up));
  in.clear();
  loan_.reset();
  if (!is_lingering_) set_timeout(service.config.http.body_timeout);
  owner_.on_served(*this);
}

bool Http2Stream::is_late_head() const noexcept {
  return !is_head_read_ && is_past_deadline();
}

void Http2Stream::reset(std::uint32_t code) noexcept {
  if (is_closed_ || std::exchange(is_reset_, true)) return;
  (void)nghttp2_submit_rst_stream(owner_.session(), NGHTTP2_FLAG_NONE, id_, code);
  owner_.on_output();
}

}  // namespace sallyport
