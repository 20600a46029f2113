// SPDX-License-Identifier: Apache-2.0
#include "agent/service/control_service.hpp"

#include <utility>

#include "agent/registry/key_format.hpp"
#include "agent/service/convert.hpp"

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

Status refuse(grpc::ServerContext* context, const Failure& failure) {
  if (!failure.remedy.empty()) context->AddTrailingMetadata("sallyport-remedy", failure.remedy);
  return Status(code_of(failure.code), failure.message);
}

/// The result as the response, or its failure as the status.
template <class T, class Message>
Status answer(grpc::ServerContext* context, const Result<T>& result, Message* response) {
  if (!result) return refuse(context, result.error());
  to_proto(*result, *response);
  return Status::OK;
}

template <class T, class Add>
Status answer_list(grpc::ServerContext* context, const Result<std::vector<T>>& result, Add add) {
  if (!result) return refuse(context, result.error());
  for (const auto& row : *result) to_proto(row, *add());
  return Status::OK;
}

/// gRPC does not pass on a Unix peer's credentials: who may call is the socket's file permissions.
Actor actor_of(grpc::ServerContext*) {
  return {"control socket"};
}

Result<Address> address_of(const std::string& text) {
  auto address = Address::parse(text);
  if (address) return *address;
  return failure(Errc::kInvalid, "not an IP address: " + text.substr(0, 64));
}

}  // namespace

Status ControlService::CreateTenant(Context* context,
                                    const control::v1::CreateTenantRequest* request,
                                    control::v1::Receipt* response) {
  return answer(context, operations_.create_tenant(actor_of(context), request->name()), response);
}

Status ControlService::ListTenants(Context* context, const control::v1::ListTenantsRequest*,
                                   control::v1::ListTenantsResponse* response) {
  return answer_list(context, operations_.tenants(), [&] { return response->add_tenants(); });
}

Status ControlService::CreateUser(Context* context, const control::v1::CreateUserRequest* request,
                                  control::v1::Receipt* response) {
  return answer(context,
                operations_.create_user(actor_of(context), request->tenant(), request->name()),
                response);
}

Status ControlService::ListUsers(Context* context, const control::v1::ListUsersRequest* request,
                                 control::v1::ListUsersResponse* response) {
  return answer_list(context, operations_.users(request->tenant()),
                     [&] { return response->add_users(); });
}

Status ControlService::RemoveUser(Context* context, const control::v1::RemoveUserRequest* request,
                                  control::v1::Receipt* response) {
  return answer(context,
                operations_.remove_user(actor_of(context), request->tenant(), request->name()),
                response);
}

Status ControlService::CreateKey(Context* context, const control::v1::CreateKeyRequest* request,
                                 control::v1::CreateKeyResponse* response) {
  KeySpec spec;
  spec.tenant = request->tenant();
  spec.user = request->user();
  spec.env = request->env();
  spec.not_before = request->not_before();
  spec.expires_at = request->expires_at();
  spec.limit = {.per_second = request->limit_per_second(), .burst = request->burst()};
  spec.note = request->note();
  auto created = operations_.create_key(actor_of(context), spec);
  if (!created) return refuse(context, created.error());
  to_proto(created->receipt, *response->mutable_receipt());
  to_proto(created->key, *response->mutable_key());
  response->set_raw_key(created->raw);
  wipe(created->raw);
  return Status::OK;
}

Status ControlService::ListKeys(Context* context, const control::v1::ListKeysRequest* request,
                                Writer<control::v1::Key>* writer) {
  KeyFilter filter{.tenant = request->tenant(), .user = request->user(), .state = {}};
  if (!from_proto(request->state(), filter.state)) {
    return refuse(context, failure(Errc::kInvalid, "not a key state"));
  }
  auto keys = operations_.keys(filter);
  if (!keys) return refuse(context, keys.error());
  control::v1::Key row;
  for (const auto& key : *keys) {
    to_proto(key, row);
    if (!writer->Write(row)) break;  // the caller has gone
  }
  return Status::OK;
}

Status ControlService::GetKey(Context* context, const control::v1::GetKeyRequest* request,
                              control::v1::Key* response) {
  return answer(context, operations_.key(request->id()), response);
}

Status ControlService::RevokeKey(Context* context, const control::v1::RevokeKeyRequest* request,
                                 control::v1::Receipt* response) {
  return answer(context,
                operations_.revoke_key(actor_of(context), request->id(), request->reason()),
                response);
}

Status ControlService::AddBan(Context* context, const control::v1::AddBanRequest* request,
                              control::v1::Receipt* response) {
  auto source = address_of(request->source());
  if (!source) return refuse(context, source.error());
  return answer(context,
                operations_.add_ban(actor_of(context), {.source = *source,
                                                        .reason = request->reason(),
                                                        .created_at = 0,
                                                        .expires_at = request->expires_at()}),
                response);
}

Status ControlService::RemoveBan(Context* context, const control::v1::RemoveBanRequest* request,
                                 control::v1::Receipt* response) {
  auto source = address_of(request->source());
  if (!source) return refuse(context, source.error());
  return answer(context, operations_.remove_ban(actor_of(context), *source), response);
}

Status ControlService::ListBans(Context* context, const control::v1::ListBansRequest*,
                                control::v1::ListBansResponse* response) {
  return answer_list(context, operations_.bans(), [&] { return response->add_bans(); });
}

Status ControlService::GetStatus(Context* context, const control::v1::GetStatusRequest*,
                                 control::v1::Status* response) {
  return answer(context, operations_.status(), response);
}

Status ControlService::GetCounters(Context* context, const control::v1::GetCountersRequest*,
                                   control::v1::Counters* response) {
  return answer(context, operations_.counters(), response);
}

Status ControlService::SetMode(Context* context, const control::v1::SetModeRequest* request,
                               control::v1::Receipt* response) {
  const auto mode = from_proto(request->mode());
  if (!mode) return refuse(context, failure(Errc::kInvalid, "not a mode"));
  return answer(context, operations_.set_mode(actor_of(context), request->service(), *mode),
                response);
}

}  // namespace sallyport
