// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sallyport/control/v1/control.grpc.pb.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

#include "agent/base/result.hpp"
#include "control/client/stream_guard.hpp"

namespace sallyport {

/// Calls the control API of the agent behind a Unix socket. Each call has a deadline; failures
/// say what to do next. Thread safety: one thread.
class ControlClient {
 public:
  using Stub = control::v1::Control::Stub;
  static constexpr std::chrono::seconds kDefaultTimeout{10};

  explicit ControlClient(std::string socket, std::chrono::milliseconds timeout = kDefaultTimeout);

  /// For a call that moves millions of rows.
  void be_patient() { timeout_ = std::max(timeout_, std::chrono::milliseconds(3'600'000)); }

  /// One unary call: `call(&Stub::GetStatus, request)`. What is out of bounds is not sent.
  template <class Request, class Response>
  [[nodiscard]] Result<Response> call(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                   const Request&, Response*),
                                      const Request& request) {
    if (auto ready = prepare(request); !ready) return ready.error();
    grpc::ClientContext context;
    begin(context);
    Response response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    if (!status.ok()) return failure_of(context, status);
    return response;
  }

  /// `visit` for each row as it comes: `list(&Stub::ListKeys, request, visit)`.
  template <class Request, class Row, class Visit>
  [[nodiscard]] Result<void> list(std::unique_ptr<grpc::ClientReader<Row>> (Stub::*method)(
                                      grpc::ClientContext*, const Request&),
                                  const Request& request, Visit visit) {
    if (auto ready = prepare(request); !ready) return ready;
    grpc::ClientContext context;
    begin(context);
    auto reader = (stub_.get()->*method)(&context, request);
    Row row;
    while (reader->Read(&row)) visit(row);
    const grpc::Status status = reader->Finish();
    if (!status.ok()) return failure_of(context, status);
    return {};
  }

  /// Sends what `next` fills in until it says that this was the last, and gives the one answer:
  /// `send(&Stub::ReplaceCidrs, next)`. The agent checks the bounds.
  template <class Request, class Response, class Next>
  [[nodiscard]] Result<Response> send(
      std::unique_ptr<grpc::ClientWriter<Request>> (Stub::*method)(grpc::ClientContext*, Response*),
      Next next) {
    if (auto ready = find_agent(); !ready) return ready.error();
    grpc::ClientContext context;
    begin(context);
    Response response;
    auto writer = (stub_.get()->*method)(&context, &response);
    Request request;
    for (bool is_more = true; is_more;) {
      is_more = next(request);
      if (!writer->Write(request)) break;  // the status says why
    }
    (void)writer->WritesDone();
    const grpc::Status status = writer->Finish();
    if (!status.ok()) return failure_of(context, status);
    return response;
  }

  /// A stream without an end of its own: `on_begin` once the agent has taken the call, then `visit`
  /// for each row, until it says false, `ends` come or the agent ends it; none is a failure.
  template <class Request, class Row, class Begin, class Visit>
  [[nodiscard]] Result<void> follow(std::unique_ptr<grpc::ClientReader<Row>> (Stub::*method)(
                                        grpc::ClientContext*, const Request&),
                                    const Request& request, StreamGuard::Ends ends, Begin on_begin,
                                    Visit visit) {
    if (auto ready = prepare(request); !ready) return ready;
    grpc::ClientContext context;
    StreamGuard guard(context, ends);
    auto reader = (stub_.get()->*method)(&context, request);
    reader->WaitForInitialMetadata();
    if (begun(context)) on_begin();
    Row row;
    while (reader->Read(&row)) {
      if (visit(row)) continue;
      guard.end();
      break;
    }
    while (reader->Read(&row)) continue;  // what was on its way, so that the call can finish
    const grpc::Status status = reader->Finish();
    if (!status.ok() && !guard.has_ended()) return failure_of(context, status);
    return {};
  }

 private:
  /// Whether the agent has taken the call: its answer came with the mark of a beginning.
  [[nodiscard]] static bool begun(const grpc::ClientContext& context);
  /// Whether it may be sent and somebody is there: gRPC would not say why a connection failed.
  [[nodiscard]] Result<void> prepare(const google::protobuf::Message& request) const;
  [[nodiscard]] Result<void> find_agent() const;
  void begin(grpc::ClientContext& context) const;
  [[nodiscard]] Failure failure_of(const grpc::ClientContext& context,
                                   const grpc::Status& status) const;

  std::string socket_;
  std::chrono::milliseconds timeout_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace sallyport
