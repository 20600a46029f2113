// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/http/http2_head.hpp"
#include "agent/terminator/downstream.hpp"
#include "agent/terminator/key_users.hpp"

namespace sallyport {

class Http2Connection;

using StreamHook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<class ConnectionsStreams>>;

/// One request on an HTTP/2 connection. Its coroutine serves it as if it were HTTP/1: the head,
/// and a body in HTTP/1's framing, come through `in`. `down` has no descriptor here: it is readable
/// when there is more of the body, writable when little waits to be sent, gone when the client
/// took the stream back.
///
/// Lives until its coroutine has ended and nghttp2 has closed the stream.
class Http2Stream final : public Buried, public Downstream, public KeyUser, public StreamHook {
 public:
  Http2Stream(Http2Connection& owner, WorkerContext& shared, WorkerService& served,
              std::int32_t id);

  [[nodiscard]] std::int32_t id() const noexcept { return id_; }
  [[nodiscard]] Exchange& exchange() noexcept { return **loan_; }
  [[nodiscard]] Http2HeadReader& head_reader() noexcept { return head_reader_; }
  /// Of the head, once it is complete.
  [[nodiscard]] const ParseResult& head_result() const noexcept { return head_result_; }

  // As a client's end.
  [[nodiscard]] std::string_view peer_text() const noexcept override;
  [[nodiscard]] Io read_more() override;
  [[nodiscard]] Task<Step> send_continue() override;
  [[nodiscard]] Task<Step> send_answer(std::string_view response) override;
  [[nodiscard]] ResponsePlan plan_for(const Exchange& exchange) const noexcept override;
  void begin_response(const ResponseHead& response, const ResponsePlan& plan,
                      std::string& out) override;
  [[nodiscard]] Task<Step> send(std::string_view bytes) override;
  [[nodiscard]] Task<Step> send_lasting(std::string_view bytes) override;
  [[nodiscard]] std::string_view end_response(const ResponsePlan& plan) override;

  // From the connection, while nghttp2 is at work: nothing is resumed.
  void on_head(bool has_body) noexcept;
  /// False: the bytes are not wanted any more.
  [[nodiscard]] bool on_body(std::string_view bytes);
  void on_body_end() noexcept;
  /// The response is out, and the client still sends its request: that is read past for a while,
  /// since many clients take a reset for a failure, whatever they were told before.
  void on_answered_early() noexcept;
  void on_closed() noexcept;
  /// nghttp2 asks how much there is to send, and then for that many bytes into `out`.
  [[nodiscard]] ssize_t offer(std::size_t most, std::uint32_t& flags) noexcept;
  void take_offered(char* out, std::size_t bytes) noexcept;

  // From the connection; each may resume the coroutine.
  void on_news() noexcept;
  void on_tick() noexcept;
  /// Ends the coroutine: the connection is over.
  void abandon() noexcept;
  void cut_for_key() noexcept override;

  /// The coroutine's last act.
  void on_served() noexcept;
  [[nodiscard]] bool is_started() const noexcept { return is_started_; }
  void set_started() noexcept { is_started_ = true; }
  [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }
  [[nodiscard]] bool is_over() const noexcept { return is_closed_ && is_served_; }
  [[nodiscard]] bool is_late_head() const noexcept;

 private:
  /// Nothing more can be said on it.
  [[nodiscard]] bool is_dead() const noexcept { return is_closed_ || is_reset_; }
  void reset(std::uint32_t code) noexcept;
  void resume_sending() noexcept;
  [[nodiscard]] Task<Step> lend(std::string_view bytes);
  [[nodiscard]] Task<Step> wait_until_taken();

  Http2Connection& owner_;
  const std::int32_t id_;
  std::optional<ExchangePool::Loan> loan_;
  Http2HeadReader head_reader_;
  ParseResult head_result_;
  std::string body_;            // came and is not in `in` yet; the window bounds it
  std::size_t body_taken_ = 0;  // of it
  std::string out_;             // of the response's body, not taken by nghttp2 yet
  std::size_t out_taken_ = 0;
  std::string_view lent_;  // what follows that, while `send_lasting` waits
  bool is_started_ = false;
  bool is_head_read_ = false;
  bool is_body_ended_ = false;    // by the client
  bool is_body_written_ = false;  // its end too has gone into `in`
  bool is_response_whole_ = false;
  bool is_lingering_ = false;  // answered early
  std::uint64_t discarded_ = 0;
  bool is_reset_ = false;   // by us
  bool is_closed_ = false;  // by nghttp2: no call for its id any more
  bool is_served_ = false;
};

}  // namespace sallyport
