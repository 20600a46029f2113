// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/grpcpp.h>

#include <optional>
#include <string>
#include <string_view>

#include "agent/base/address.hpp"
#include "agent/base/result.hpp"
#include "agent/service/convert.hpp"

namespace sallyport {

/// The failure as a gRPC status, with what to do next in the trailing metadata.
[[nodiscard]] grpc::Status refuse(grpc::ServerContext* context, const Failure& failure);

/// What is wrong with the request before anyone looks at its meaning, as a refusal; OK: nothing.
[[nodiscard]] grpc::Status check_bounds(grpc::ServerContext* context,
                                        const google::protobuf::Message& request);

/// What `run` says to a request that is within its bounds.
template <class Run>
grpc::Status checked(grpc::ServerContext* context, const google::protobuf::Message& request,
                     Run run) {
  auto status = check_bounds(context, request);
  return status.ok() ? run() : status;
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

[[nodiscard]] Result<Address> address_of(const std::string& text);

/// 64 hexadecimal digits.
[[nodiscard]] std::optional<KeyDigest> digest_from(std::string_view text);

/// A raw key where its id belongs is not repeated, and never looked up.
[[nodiscard]] Result<std::string> id_of(const std::string& text);

}  // namespace sallyport
