// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/terminator/client_stream.hpp"
#include "agent/terminator/downstream.hpp"
#include "agent/terminator/key_binding.hpp"

namespace sallyport {

using SessionHook = boost::intrusive::list_base_hook<boost::intrusive::tag<class AllSessions>>;

/// What runs on a session that carries several requests at once.
class Multiplexer {
 public:
  virtual void on_tick() noexcept = 0;
  /// Nothing new is to begin.
  virtual void on_drain() noexcept = 0;

 protected:
  ~Multiplexer() = default;
};

/// One client connection: its socket, its stream and its key. It serves HTTP/1 itself, a request
/// at a time; with HTTP/2 it carries the streams of an `Http2Connection`, each of which serves one.
///
/// Thread: its worker's. Lives until its coroutine has ended.
class Session final : public Buried, public Downstream, public KeyUser, public SessionHook {
 public:
  Session(WorkerContext& shared, WorkerService& served, UniqueFd fd, const Address& peer,
          std::uint16_t peer_port_be);

  const Address peer_address;
  const Address source;  // peer_address.as_source()
  ClientStream stream;
  KeyBinding binding;
  BootNs valid_reported_at = 0;  // when kAllowed was last observed; 0: never
  Phase phase = Phase::kBusy;
  bool is_fresh = true;            // no request has begun on it: its client has heard of no drain
  Multiplexer* streams = nullptr;  // HTTP/2 runs on it
  using Waiter::ask_for_turn;

  // As an HTTP/1 connection.
  [[nodiscard]] std::string_view peer_text() const noexcept override { return peer_text_; }
  [[nodiscard]] Io read_more() override;
  [[nodiscard]] Task<Step> send_continue() override;
  [[nodiscard]] Task<Step> send_answer(std::string_view response) override;
  [[nodiscard]] ResponsePlan plan_for(const Exchange& exchange) const noexcept override;
  void begin_response(const ResponseHead& response, const ResponsePlan& plan,
                      std::string& out) override;
  [[nodiscard]] Task<Step> send(std::string_view bytes) override;
  [[nodiscard]] Task<Step> send_lasting(std::string_view bytes) override;
  [[nodiscard]] std::string_view end_response(const ResponsePlan& plan) override;

  // From the worker; each may resume the coroutine.
  void on_tick() noexcept;  // its deadline may have passed
  /// For a drain. A fresh connection, whose request is on its way most likely, is given a moment.
  void end_if_idle() noexcept;
  static constexpr std::chrono::milliseconds kFreshGrace{1000};
  /// Ends it with a reset; `ended` says what becomes of its binding.
  void cut(Ended ended) noexcept;
  void cut_for_key() noexcept override { cut(Ended::kCondemned); }

  [[nodiscard]] bool is_cut() const noexcept { return is_cut_; }
  /// Undoes the binding and closes both sockets; the coroutine's last act.
  void close() noexcept;

 private:
  const std::string peer_text_;
  Ended ended_ = Ended::kClosed;
  bool is_cut_ = false;
  bool has_released_ = false;  // OpenSSL's buffers, since it idles
};

}  // namespace sallyport
