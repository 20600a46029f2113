// SPDX-License-Identifier: Apache-2.0
#include "agent/service/answers.hpp"

#include <charconv>
#include <utility>

#include "control/proto/bounds.hpp"

namespace sallyport {
namespace {

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
  return grpc::Status(code_of(failure.code), failure.message);
}

grpc::Status check_bounds(grpc::ServerContext* context, const google::protobuf::Message& request) {
  auto wrong = out_of_bounds(request);
  if (!wrong) return grpc::Status::OK;
  return refuse(context, failure(Errc::kInvalid, std::move(*wrong)));
}

Result<Address> address_of(const std::string& text) {
  if (auto address = Address::parse(text)) return *address;
  return failure(Errc::kInvalid, "not an IP address: " + text,
                 "write one as 192.0.2.7 or 2001:db8::7");
}

std::optional<KeyDigest> digest_from(std::string_view text) {
  KeyDigest digest;
  if (text.size() != 2 * digest.size()) return std::nullopt;
  const char* at = text.data();
  for (auto& byte : digest) {
    const auto read = std::from_chars(at, at + 2, byte, 16);
    if (read.ec != std::errc{} || read.ptr != at + 2) return std::nullopt;
    at += 2;
  }
  return digest;
}

Result<std::string> id_of(const std::string& text) {
  if (!text.starts_with("spk_")) return text;
  return failure(Errc::kInvalid, "that is a whole key, not a key's id",
                 "the id is the third part of it; the key has been shown to others now: revoke it");
}

}  // namespace sallyport
