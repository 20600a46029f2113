// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nghttp2/nghttp2.h>

#include <memory>
#include <vector>

#include "agent/terminator/flood_guard.hpp"
#include "agent/terminator/http2_stream.hpp"
#include "agent/terminator/session.hpp"

namespace sallyport {

/// The streams of one HTTP/2 connection (RFC 9113) and what nghttp2 keeps for them. Turns bytes
/// into requests and answers into bytes; it touches no socket.
///
/// Bounded: streams at once, the head of a request, the windows (so what waits of bodies), what
/// waits to be sent, and by `FloodGuard` what costs the client nothing.
class Http2Connection final : public Multiplexer {
 public:
  explicit Http2Connection(Session& carrier);
  /// Ends every stream.
  ~Http2Connection();

  /// False: no memory for it.
  [[nodiscard]] bool open();

  /// Takes what came. Streams begin, go on and end by it.
  void receive(std::string_view bytes);
  /// Fills `out` with what there is to send, as far as it has room.
  void produce();
  /// Nothing will come of it any more, but for what is in `out`.
  [[nodiscard]] bool is_over() const noexcept;
  /// Nothing more is read; what there is to send says why.
  [[nodiscard]] bool is_failed() const noexcept { return is_failed_; }
  [[nodiscard]] bool has_streams() const noexcept { return !streams_.empty(); }
  [[nodiscard]] bool has_output() const noexcept {
    return nghttp2_session_want_write(session_.get()) != 0;
  }
  /// Tells the client that no new stream is served.
  void say_goodbye() noexcept;

  Buffer out;

  void on_tick() noexcept override;
  void on_drain() noexcept override;

  // For the streams.
  [[nodiscard]] Session& carrier() noexcept { return carrier_; }
  [[nodiscard]] nghttp2_session* session() noexcept { return session_.get(); }
  /// There is something to send.
  void on_output() noexcept;
  void on_served(Http2Stream& stream) noexcept;

  // From nghttp2.
  int on_begin_head(std::int32_t id) noexcept;
  int on_frame(const nghttp2_frame& frame) noexcept;
  int on_invalid() noexcept;
  int on_sent(const nghttp2_frame& frame) noexcept;
  int on_body(std::int32_t id, std::string_view bytes) noexcept;
  int on_stream_closed(std::int32_t id) noexcept;
  int on_data(Http2Stream& stream, const std::uint8_t* frame_head, std::size_t bytes) noexcept;
  void add_news(Http2Stream& stream) { news_.push_back(&stream); }
  [[nodiscard]] Http2Stream* find(std::int32_t id) const noexcept;

 private:
  using Streams = boost::intrusive::list<Http2Stream, boost::intrusive::base_hook<StreamHook>>;
  struct Free {
    void operator()(nghttp2_session* session) const noexcept { nghttp2_session_del(session); }
  };

  void settle() noexcept;
  void bury_if_over(Http2Stream& stream) noexcept;
  [[nodiscard]] int judge_flood() noexcept;

  Session& carrier_;
  std::unique_ptr<nghttp2_session, Free> session_;
  Streams streams_;
  std::vector<Http2Stream*> news_;  // streams to look at when nghttp2 is done
  FloodGuard guard_;
  bool is_at_work_ = false;  // output is fetched anyway afterwards
  bool is_failed_ = false;
  bool is_broken_ = false;  // nghttp2 can't go on
  bool has_said_goodbye_ = false;
};

}  // namespace sallyport
