// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sallyport/control/v1/control.grpc.pb.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "agent/base/result.hpp"

namespace sallyport {

/// Calls the control API of the agent behind a Unix socket. Each call has a deadline; failures
/// say what to do next. Thread safety: one thread.
class ControlClient {
 public:
  using Stub = control::v1::Control::Stub;

  /// Does not connect yet.
  ControlClient(std::string socket, std::chrono::milliseconds timeout);

  /// One unary call: `call(&Stub::GetStatus, request)`.
  template <class Request, class Response>
  [[nodiscard]] Result<Response> call(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                   const Request&, Response*),
                                      const Request& request) {
    if (auto there = check_socket(); !there) return there.error();
    grpc::ClientContext context;
    begin(context);
    Response response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    if (!status.ok()) return failure_of(context, status);
    return response;
  }

  /// Calls `visit` with each key.
  [[nodiscard]] Result<void> list_keys(const control::v1::ListKeysRequest& request,
                                       const std::function<void(const control::v1::Key&)>& visit);

 private:
  /// gRPC would only say that a connection failed; this says why.
  [[nodiscard]] Result<void> check_socket() const;
  void begin(grpc::ClientContext& context) const;
  [[nodiscard]] Failure failure_of(const grpc::ClientContext& context,
                                   const grpc::Status& status) const;

  std::string socket_;
  std::chrono::milliseconds timeout_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace sallyport
