// SPDX-License-Identifier: Apache-2.0
#include "agent/service/control_service.hpp"

#include <utility>

#include "agent/registry/key_format.hpp"
#include "agent/service/answers.hpp"
#include "agent/service/convert.hpp"

namespace sallyport {

using grpc::Status;

Actor ControlService::actor_of(const Context& context) const {
  return {peers_.who(context.peer(), PeerTable::Clock::now())};
}

Status ControlService::CreateTenant(Context* context,
                                    const control::v1::CreateTenantRequest* request,
                                    control::v1::Receipt* response) {
  return answer(context, *request, response,
                [&] { return operations_.create_tenant(actor_of(*context), request->name()); });
}

Status ControlService::ListTenants(Context* context, const control::v1::ListTenantsRequest* request,
                                   Writer<control::v1::Tenant>* writer) {
  return answer_rows(context, *request, writer, [&] { return operations_.tenants(); });
}

Status ControlService::CreateUser(Context* context, const control::v1::CreateUserRequest* request,
                                  control::v1::Receipt* response) {
  return answer(context, *request, response, [&] {
    return operations_.create_user(actor_of(*context), request->tenant(), request->name());
  });
}

Status ControlService::ListUsers(Context* context, const control::v1::ListUsersRequest* request,
                                 Writer<control::v1::User>* writer) {
  return answer_rows(context, *request, writer,
                     [&] { return operations_.users(request->tenant()); });
}

Status ControlService::RemoveUser(Context* context, const control::v1::RemoveUserRequest* request,
                                  control::v1::Receipt* response) {
  return answer(context, *request, response, [&] {
    return operations_.remove_user(actor_of(*context), request->tenant(), request->name());
  });
}

Status ControlService::CreateKey(Context* context, const control::v1::CreateKeyRequest* request,
                                 control::v1::CreateKeyResponse* response) {
  return checked(context, *request, [&] {
    KeySpec spec;
    spec.tenant = request->tenant();
    spec.user = request->user();
    spec.env = request->env();
    spec.not_before = request->not_before();
    spec.expires_at = request->expires_at();
    spec.limit = {.per_second = request->limit_per_second(), .burst = request->burst()};
    spec.traffic = {.packets_per_second = request->packets_per_second(),
                    .packet_burst = request->packet_burst(),
                    .bytes_per_second = request->bytes_per_second(),
                    .byte_burst = request->byte_burst(),
                    .egress_per_second = request->egress_per_second()};
    spec.note = request->note();
    auto created = operations_.create_key(actor_of(*context), spec);
    if (!created) return refuse(context, created.error());
    to_proto(created->receipt, *response->mutable_receipt());
    to_proto(created->key, *response->mutable_record());
    response->set_key(created->raw);
    wipe(created->raw);
    return Status::OK;
  });
}

Status ControlService::ListKeys(Context* context, const control::v1::ListKeysRequest* request,
                                Writer<control::v1::Key>* writer) {
  return answer_rows(context, *request, writer, [&]() -> Result<std::vector<Key>> {
    KeyFilter filter{.tenant = request->tenant(), .user = request->user(), .state = {}};
    if (!from_proto(request->state(), filter.state)) {
      return failure(Errc::kInvalid, "not a key state");
    }
    return operations_.keys(filter);
  });
}

Status ControlService::GetKey(Context* context, const control::v1::GetKeyRequest* request,
                              control::v1::Key* response) {
  return answer(context, *request, response, [&]() -> Result<Key> {
    const auto id = id_of(request->id());
    if (!id) return id.error();
    return operations_.key(*id);
  });
}

Status ControlService::RevokeKey(Context* context, const control::v1::RevokeKeyRequest* request,
                                 control::v1::Receipt* response) {
  return answer(context, *request, response, [&]() -> Result<Receipt> {
    const auto id = id_of(request->id());
    if (!id) return id.error();
    return operations_.revoke_key(actor_of(*context), *id, request->reason());
  });
}

Status ControlService::AddBan(Context* context, const control::v1::AddBanRequest* request,
                              control::v1::Receipt* response) {
  return answer(context, *request, response, [&]() -> Result<Receipt> {
    const auto source = address_of(request->source());
    if (!source) return source.error();
    return operations_.add_ban(actor_of(*context), {.source = *source,
                                                    .reason = request->reason(),
                                                    .created_at = 0,
                                                    .expires_at = request->expires_at()});
  });
}

Status ControlService::RemoveBan(Context* context, const control::v1::RemoveBanRequest* request,
                                 control::v1::Receipt* response) {
  return answer(context, *request, response, [&]() -> Result<Receipt> {
    const auto source = address_of(request->source());
    if (!source) return source.error();
    return operations_.remove_ban(actor_of(*context), *source);
  });
}

Status ControlService::ListBans(Context* context, const control::v1::ListBansRequest* request,
                                Writer<control::v1::Ban>* writer) {
  return answer_rows(context, *request, writer, [&] { return operations_.bans(); });
}

Status ControlService::GetStatus(Context* context, const control::v1::GetStatusRequest* request,
                                 control::v1::Status* response) {
  return answer(context, *request, response, [&] { return operations_.status(); });
}

Status ControlService::GetCounters(Context* context, const control::v1::GetCountersRequest* request,
                                   control::v1::Counters* response) {
  return answer(context, *request, response, [&] { return operations_.counters(); });
}

Status ControlService::SetMode(Context* context, const control::v1::SetModeRequest* request,
                               control::v1::Receipt* response) {
  return answer(context, *request, response, [&]() -> Result<Receipt> {
    const auto mode = from_proto(request->mode());
    if (!mode) return failure(Errc::kInvalid, "not a mode");
    return operations_.set_mode(actor_of(*context), request->service(), *mode);
  });
}

}  // namespace sallyport
