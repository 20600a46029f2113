// SPDX-License-Identifier: Apache-2.0
// Keys of the control API.
#include <optional>

#include "agent/registry/key_format.hpp"
#include "agent/service/answers.hpp"
#include "agent/service/control_service.hpp"
#include "agent/service/convert.hpp"

namespace sallyport {

using grpc::Status;

namespace {

/// The one answer that holds a raw key.
Status hand_out(grpc::ServerContext* context, Result<CreatedKey>& created,
                control::v1::CreateKeyResponse* response) {
  if (!created) return refuse(context, created.error());
  to_proto(created->receipt, *response->mutable_receipt());
  to_proto(KeyView{.key = created->key}, *response->mutable_record());
  response->set_key(created->raw);
  wipe(created->raw);
  return Status::OK;
}

KeyPatch patch_of(const control::v1::UpdateKeyRequest& request) {
  KeyPatch patch;
  if (request.has_expires_at()) patch.expires_at = request.expires_at();
  if (request.has_limit_per_second()) patch.per_second = request.limit_per_second();
  if (request.has_burst()) patch.burst = request.burst();
  if (request.has_packets_per_second()) patch.packets_per_second = request.packets_per_second();
  if (request.has_packet_burst()) patch.packet_burst = request.packet_burst();
  if (request.has_bytes_per_second()) patch.bytes_per_second = request.bytes_per_second();
  if (request.has_byte_burst()) patch.byte_burst = request.byte_burst();
  if (request.has_egress_per_second()) patch.egress_per_second = request.egress_per_second();
  if (request.has_note()) patch.note = request.note();
  return patch;
}

}  // namespace

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
    return hand_out(context, created, response);
  });
}

Status ControlService::ListKeys(Context* context, const control::v1::ListKeysRequest* request,
                                Writer<control::v1::Key>* writer) {
  return answer_rows(context, *request, writer, [&]() -> Result<std::vector<KeyView>> {
    KeyFilter filter{.tenant = request->tenant(), .user = request->user(), .state = {}};
    if (!from_proto(request->state(), filter.state)) {
      return failure(Errc::kInvalid, "not a key state");
    }
    return operations_.keys(filter);
  });
}

Status ControlService::GetKey(Context* context, const control::v1::GetKeyRequest* request,
                              control::v1::Key* response) {
  return answer(context, *request, response, [&]() -> Result<KeyView> {
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
    return operations_.set_key_state(actor_of(*context), *id, Standing::kRevoked,
                                     request->reason());
  });
}

Status ControlService::SetKeyState(Context* context, const control::v1::SetKeyStateRequest* request,
                                   control::v1::Receipt* response) {
  return answer(context, *request, response, [&]() -> Result<Receipt> {
    const auto id = id_of(request->id());
    if (!id) return id.error();
    std::optional<Standing> state;
    if (!from_proto(request->state(), state) || !state) {
      return failure(Errc::kInvalid, "not a state of a key");
    }
    return operations_.set_key_state(actor_of(*context), *id, *state, request->reason());
  });
}

Status ControlService::UpdateKey(Context* context, const control::v1::UpdateKeyRequest* request,
                                 control::v1::Receipt* response) {
  return answer(context, *request, response, [&]() -> Result<Receipt> {
    const auto id = id_of(request->id());
    if (!id) return id.error();
    return operations_.update_key(actor_of(*context), *id, patch_of(*request), request->reason());
  });
}

Status ControlService::TransferKey(Context* context, const control::v1::TransferKeyRequest* request,
                                   control::v1::Receipt* response) {
  return answer(context, *request, response, [&]() -> Result<Receipt> {
    const auto id = id_of(request->id());
    if (!id) return id.error();
    return operations_.transfer_key(actor_of(*context), *id, {request->tenant(), request->user()},
                                    request->reason());
  });
}

Status ControlService::RotateKey(Context* context, const control::v1::RotateKeyRequest* request,
                                 control::v1::CreateKeyResponse* response) {
  return checked(context, *request, [&] {
    const auto id = id_of(request->id());
    if (!id) return refuse(context, id.error());
    auto created = operations_.rotate_key(
        actor_of(*context), *id,
        {.expires_at = request->expires_at(), .overlap_ends = request->overlap_ends()},
        request->reason());
    return hand_out(context, created, response);
  });
}

}  // namespace sallyport
