// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/grpcpp.h>

#include <utility>

#include "agent/service/convert.hpp"
#include "control/proto/bounds.hpp"

namespace sallyport {

/// The failure as the status of the call, with its remedy beside.
[[nodiscard]] grpc::Status refuse(grpc::ServerContext* context, const Failure& failure);

/// What `run` says to a request that is within its bounds.
template <class Run>
grpc::Status checked(grpc::ServerContext* context, const google::protobuf::Message& request,
                     Run run) {
  if (auto wrong = out_of_bounds(request)) {
    return refuse(context, failure(Errc::kInvalid, std::move(*wrong)));
  }
  return run();
}

/// The result of `run` as the response, or its failure as the status.
template <class Request, class Response, class Run>
grpc::Status answer(grpc::ServerContext* context, const Request& request, Response* response,
                    Run run) {
  return checked(context, request, [&] {
    const auto result = run();
    if (!result) return refuse(context, result.error());
    to_proto(*result, *response);
    return grpc::Status::OK;
  });
}

/// The rows that `run` finds, one message each.
template <class Request, class Row, class Run>
grpc::Status answer_rows(grpc::ServerContext* context, const Request& request,
                         grpc::ServerWriter<Row>* writer, Run run) {
  return checked(context, request, [&] {
    const auto rows = run();
    if (!rows) return refuse(context, rows.error());
    Row message;
    for (const auto& row : *rows) {
      to_proto(row, message);
      if (!writer->Write(message)) break;  // the caller has gone
    }
    return grpc::Status::OK;
  });
}

}  // namespace sallyport
