// SPDX-License-Identifier: Apache-2.0
#include "agent/terminator/http2_connection.hpp"

#include <cstring>

#include "agent/terminator/http2_callbacks.hpp"
#include "agent/terminator/http2_memory.hpp"
#include "agent/terminator/serve_stream.hpp"

namespace sallyport {

namespace {

// What a client may send of bodies before we have passed it on.
constexpr std::uint32_t kStreamWindow = 256 << 10;
constexpr std::int32_t kConnectionWindow = 1 << 20;

constexpr std::size_t kFrameHead = 9;
// No frame that nghttp2 makes is larger: 2^14 is the largest payload that it may send unasked.
constexpr std::size_t kFrameRoom = (16 << 10) + 64;

struct FreeOptions {
  void operator()(nghttp2_option* options) const noexcept { nghttp2_option_del(options); }
};

// Resets that say nothing against the client.
constexpr bool is_ours(std::uint32_t code) noexcept {
  return code == NGHTTP2_NO_ERROR || code == NGHTTP2_CANCEL || code == NGHTTP2_INTERNAL_ERROR;
}

// Frames that cost their sender next to nothing and carry nothing.
bool is_cheap(const nghttp2_frame& frame) noexcept {
  switch (frame.hd.type) {
    case NGHTTP2_DATA:
      return frame.hd.length == 0 && (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) == 0;
    case NGHTTP2_HEADERS:
    case NGHTTP2_WINDOW_UPDATE:
      return false;
    default:
      return true;
  }
}

}  // namespace

Http2Connection::Http2Connection(Session& carrier)
    : out(carrier.context.frames), carrier_(carrier) {}

Http2Connection::~Http2Connection() {
  is_at_work_ = true;  // nothing is sent any more
  for (auto one = streams_.begin(); one != streams_.end();) {
    Http2Stream& stream = *one++;
    stream.abandon();
    if (!stream.is_started()) stream.on_served();
    bury_if_over(stream);
  }
}

bool Http2Connection::open() {
  const HttpLimits& http = carrier_.service.config.http;
  nghttp2_option* made = nullptr;
  if (nghttp2_option_new(&made) != 0) return false;
  const std::unique_ptr<nghttp2_option, FreeOptions> options(made);
  nghttp2_option_set_no_auto_window_update(made, 1);
  nghttp2_option_set_stream_reset_rate_limit(made, 100'000, 10'000);  // `FloodGuard` decides
  nghttp2_session* session = nullptr;
  if (nghttp2_session_server_new3(&session, http2_callbacks(), this, made, wiping_memory()) != 0) {
    return false;
  }
  session_.reset(session);
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, http.streams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, http.head_bytes},
  };
  return nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, std::size(settings)) == 0 &&
         nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, kConnectionWindow) ==
             0;
}

void Http2Connection::receive(std::string_view bytes) {
  is_at_work_ = true;
  const auto* const start = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const ssize_t taken = nghttp2_session_mem_recv(session_.get(), start, bytes.size());
  if (taken < 0) is_failed_ = is_broken_ = true;
  settle();
  is_at_work_ = false;
}

void Http2Connection::produce() {
  is_at_work_ = true;
  while (out.room().size() >= kFrameRoom) {
    const std::uint8_t* bytes = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_.get(), &bytes);
    if (size < 0) is_failed_ = is_broken_ = true;
    if (size <= 0) break;
    std::memcpy(out.room().data(), bytes, static_cast<std::size_t>(size));
    out.grow(static_cast<std::size_t>(size));
  }
  settle();
  is_at_work_ = false;
}

bool Http2Connection::is_over() const noexcept {
  if (!out.empty()) return false;
  if (is_failed_) return is_broken_ || !has_output();
  if (has_said_goodbye_ && streams_.empty()) return true;
  return nghttp2_session_want_read(session_.get()) == 0 &&
         nghttp2_session_want_write(session_.get()) == 0;
}

void Http2Connection::say_goodbye() noexcept {
  if (is_failed_ || std::exchange(has_said_goodbye_, true)) return;
  (void)nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE,
                              nghttp2_session_get_last_proc_stream_id(session_.get()),
                              NGHTTP2_NO_ERROR, nullptr, 0);
  on_output();
}

void Http2Connection::on_drain() noexcept {
  say_goodbye();
}

void Http2Connection::on_tick() noexcept {
  bool is_stuck = false;
  for (auto one = streams_.begin(); one != streams_.end();) {
    Http2Stream& stream = *one++;  // it may end
    is_stuck |= stream.is_late_head();
    if (stream.is_started()) stream.on_tick();
  }
  // Nothing else can be read of a connection within a head that never ends.
  if (is_stuck && !std::exchange(is_failed_, true)) {
    ++carrier_.context.counters.timeouts;
    (void)nghttp2_session_terminate_session(session_.get(), NGHTTP2_ENHANCE_YOUR_CALM);
    on_output();
  }
}

void Http2Connection::on_output() noexcept {
  if (!is_at_work_) carrier_.ask_for_turn();
}

void Http2Connection::on_served(Http2Stream& stream) noexcept {
  // Not now: the stream's coroutine is still on its way out.
  news_.push_back(&stream);
  on_output();
}

int Http2Connection::on_begin_head(std::int32_t id) noexcept {
  auto stream = std::make_unique<Http2Stream>(*this, carrier_.context, carrier_.service, id);
  (void)nghttp2_session_set_stream_user_data(session_.get(), id, stream.get());
  streams_.push_back(*stream.release());
  return 0;
}

int Http2Connection::on_frame(const nghttp2_frame& frame) noexcept {
  if (is_cheap(frame)) return judge_flood();
  if (frame.hd.type == NGHTTP2_WINDOW_UPDATE) return 0;
  Http2Stream* const stream = find(frame.hd.stream_id);
  if (stream == nullptr) return 0;
  const bool ends = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  const bool is_head =
      frame.hd.type == NGHTTP2_HEADERS && frame.headers.cat == NGHTTP2_HCAT_REQUEST;
  if (is_head) {
    stream->on_head(!ends);
  } else if (ends) {
    stream->on_body_end();
  }
  return 0;
}

int Http2Connection::on_invalid() noexcept {
  ++carrier_.context.counters.bad_requests;
  return judge_flood();
}

int Http2Connection::on_sent(const nghttp2_frame& frame) noexcept {
  const std::int32_t id = frame.hd.stream_id;
  if (frame.hd.type == NGHTTP2_RST_STREAM && !is_ours(frame.rst_stream.error_code)) {
    return judge_flood();
  }
  const bool is_answer = frame.hd.type == NGHTTP2_HEADERS || frame.hd.type == NGHTTP2_DATA;
  if (!is_answer || (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
  Http2Stream* const stream = find(id);
  const bool is_early = nghttp2_session_get_stream_remote_close(session_.get(), id) == 0;
  if (stream != nullptr && is_early) stream->on_answered_early();
  return 0;
}

int Http2Connection::on_body(std::int32_t id, std::string_view bytes) noexcept {
  Http2Stream* const stream = find(id);
  if (stream == nullptr || !stream->on_body(bytes)) {
    (void)nghttp2_session_consume(session_.get(), id, bytes.size());
  }
  return 0;
}

int Http2Connection::on_stream_closed(std::int32_t id) noexcept {
  if (Http2Stream* const stream = find(id)) stream->on_closed();
  return 0;
}

int Http2Connection::on_data(Http2Stream& stream, const std::uint8_t* frame_head,
                             std::size_t bytes) noexcept {
  const std::span<char> room = out.room();
  if (room.size() < kFrameHead + bytes) return NGHTTP2_ERR_WOULDBLOCK;
  std::memcpy(room.data(), frame_head, kFrameHead);
  stream.take_offered(room.data() + kFrameHead, bytes);
  out.grow(kFrameHead + bytes);
  return 0;
}

Http2Stream* Http2Connection::find(std::int32_t id) const noexcept {
  return static_cast<Http2Stream*>(nghttp2_session_get_stream_user_data(session_.get(), id));
}

int Http2Connection::judge_flood() noexcept {
  if (guard_.admits(carrier_.context.now_ms) || is_failed_) return 0;
  ++carrier_.context.counters.floods;
  is_failed_ = true;
  (void)nghttp2_session_terminate_session(session_.get(), NGHTTP2_ENHANCE_YOUR_CALM);
  return 0;
}

void Http2Connection::settle() noexcept {
  for (std::size_t i = 0; i < news_.size(); ++i) {
    Http2Stream& stream = *news_[i];
    if (stream.is_over()) continue;  // buried below, perhaps more than once in the list
    if (stream.is_started()) {
      stream.on_news();
    } else if (stream.is_closed()) {
      stream.set_started();
      stream.on_served();
    } else {
      stream.set_started();
      run_stream(carrier_, stream);
    }
  }
  for (std::size_t i = 0; i < news_.size(); ++i) bury_if_over(*news_[i]);
  news_.clear();
}

void Http2Connection::bury_if_over(Http2Stream& stream) noexcept {
  if (!stream.is_over() || !stream.StreamHook::is_linked()) return;
  streams_.erase(streams_.iterator_to(stream));
  carrier_.context.poller.bury(std::unique_ptr<Http2Stream>(&stream));
}

}  // namespace sallyport
