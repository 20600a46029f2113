// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "agent/terminator/exchange.hpp"
#include "agent/terminator/socket_io.hpp"
#include "agent/terminator/step.hpp"
#include "agent/terminator/task.hpp"
#include "agent/terminator/waiter.hpp"

namespace sallyport {

/// What has to happen to a body on its way to the client.
enum class Recode : std::uint8_t {
  kNone,
  kChunk,    // of unknown length, to HTTP/1.1
  kUnchunk,  // chunked, to a client that is told the end otherwise
};

/// How a response goes to the client.
struct ResponsePlan {
  Framing framing = Framing::kNone;
  Recode recode = Recode::kNone;
  bool keep_alive = false;
};

/// The client's end of one request at a time: an HTTP/1 connection, or a stream of an HTTP/2 one.
/// What the steps of forwarding a request ask of it, whichever it is.
class Downstream : public Waiter {
 public:
  WorkerService& service;
  /// The request as HTTP/1 has it, a head and then its body: what came and was not used yet.
  Buffer in;
  bool has_unread = false;  // answered before all of its request was read

  /// For X-Forwarded-For.
  [[nodiscard]] virtual std::string_view peer_text() const noexcept = 0;

  /// Reads what is there into `in`.
  [[nodiscard]] virtual Io read_more() = 0;

  /// Tells a client that waits for it to send the body of its request.
  [[nodiscard]] virtual Task<Step> send_continue() = 0;
  /// Sends an answer of ours: `response` is a whole one in HTTP/1.1, and may end with the first
  /// wait.
  [[nodiscard]] virtual Task<Step> send_answer(std::string_view response) = 0;

  [[nodiscard]] virtual ResponsePlan plan_for(const Exchange& exchange) const noexcept = 0;
  /// Begins a response: what is to be sent for its head before the body is appended to `out`.
  virtual void begin_response(const ResponseHead& response, const ResponsePlan& plan,
                              std::string& out) = 0;
  /// Sends bytes of its body in the planned form, which may end with the first wait.
  [[nodiscard]] virtual Task<Step> send(std::string_view bytes) = 0;
  /// The same for bytes that last until it has ended: they are not copied to be kept.
  [[nodiscard]] virtual Task<Step> send_lasting(std::string_view bytes) = 0;
  /// The body is whole. Returns what is still to be sent for that (static storage).
  [[nodiscard]] virtual std::string_view end_response(const ResponsePlan& plan) = 0;

 protected:
  Downstream(WorkerContext& shared, WorkerService& served, UniqueFd fd)
      : Waiter(shared, std::move(fd)), service(served), in(shared.blocks) {}
  ~Downstream() = default;
};

}  // namespace sallyport
