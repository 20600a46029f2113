// SPDX-License-Identifier: Apache-2.0
#include "agent/service/answers.hpp"

namespace sallyport {
namespace {

using grpc::Status;
using grpc::StatusCode;

StatusCode code_of(Errc code) {
  switch (code) {
    case Errc::kInvalid:
      return StatusCode::INVALID_ARGUMENT;
    case Errc::kNotFound:
      return StatusCode::NOT_FOUND;
    case Errc::kExists:
      return StatusCode::ALREADY_EXISTS;
    case Errc::kConflict:
      return StatusCode::FAILED_PRECONDITION;
    case Errc::kDenied:
      return StatusCode::PERMISSION_DENIED;
    case Errc::kFull:
      return StatusCode::RESOURCE_EXHAUSTED;
    case Errc::kUnavailable:
      return StatusCode::UNAVAILABLE;
    case Errc::kIncompatible:
    case Errc::kInternal:
      break;
  }
  return StatusCode::INTERNAL;
}

}  // namespace

grpc::Status refuse(grpc::ServerContext* context, const Failure& failure) {
  context->AddTrailingMetadata("sallyport-agent", SALLYPORT_VERSION);
  if (!failure.remedy.empty()) context->AddTrailingMetadata("sallyport-remedy", failure.remedy);
  return Status(code_of(failure.code), failure.message);
}

}  // namespace sallyport
