// SPDX-License-Identifier: Apache-2.0
// Keys of the control API.
#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "agent/base/key_format.hpp"
#include "agent/service/answers.hpp"
#include "agent/service/control_service.hpp"
#include "agent/service/convert.hpp"

namespace sallyport {

using grpc::Status;

namespace {

constexpr std::size_t kPage = 500;  // keys that the control strand reads at a time

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

Result<KeyFilter> filter_of(const control::v1::ListKeysRequest& request) {
  KeyFilter filter{.tenant = request.tenant(),
                   .user = request.user(),
                   .prefix = request.prefix(),
                   .ends_before = request.ends_before()};
  if (!from_proto(request.state(), filter.state)) return failure(Errc::kInvalid, "not a key state");
  return filter;
}

/// "Xy12AbCd", or "1800000000:Xy12AbCd" where the rows are in order of their end.
Result<KeyCursor> cursor_of(const control::v1::ListKeysRequest& request) {
  const std::string& text = request.after();
  KeyCursor cursor;
  const auto colon = text.find(':');
  const bool by_end = request.ends_before() != 0;
  if (text.empty()) return cursor;
  if (by_end == (colon == std::string::npos)) {
    return failure(Errc::kInvalid, "the list does not go on there",
                   by_end ? "keys that end are listed by END:ID" : "keys are listed by their id");
  }
  cursor.id = by_end ? text.substr(colon + 1) : text;
  if (by_end) {
    const char* end = text.data() + colon;
    const auto number = std::from_chars(text.data(), end, cursor.expires_at);
    if (number.ec != std::errc{} || number.ptr != end) {
      return failure(Errc::kInvalid, "not a time in seconds since 1970, where the list goes on");
    }
  }
  return cursor;
}

Result<std::vector<KeyDigest>> digests_of(std::string_view text) {
  constexpr std::size_t kDigits = 2 * std::tuple_size_v<KeyDigest>;
  std::vector<KeyDigest> digests;
  for (; !text.empty(); text.remove_prefix(std::min(kDigits, text.size()))) {
    const auto digest = digest_from(text.substr(0, kDigits));
    if (!digest) {
      return failure(Errc::kInvalid, "not SHA-256 digests: each is 64 hexadecimal digits");
    }
    digests.push_back(*digest);
  }
  return digests;
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

// Page by page, so that the control strand has time for others in between, and so that no answer
// is in memory as a whole.
Status ControlService::ListKeys(Context* context, const control::v1::ListKeysRequest* request,
                                Writer<control::v1::Key>* writer) {
  return checked(context, *request, [&] {
    const auto filter = filter_of(*request);
    if (!filter) return refuse(context, filter.error());
    auto after = cursor_of(*request);
    if (!after) return refuse(context, after.error());
    std::optional<KeyCursor> at = std::move(*after);
    std::size_t left =
        request->most() == 0 ? std::numeric_limits<std::size_t>::max() : request->most();
    control::v1::Key message;
    while (at && left > 0 && !context->IsCancelled()) {
      auto page = operations_.keys(*filter, *at, std::min(left, kPage));
      if (!page) return refuse(context, page.error());
      for (const auto& view : page->keys) {
        to_proto(view, message);
        if (!writer->Write(message)) return Status::OK;  // the caller has gone
      }
      left -= page->keys.size();
      at = std::move(page->next);
    }
    return Status::OK;
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

Status ControlService::ReportLeak(Context* context, const control::v1::ReportLeakRequest* request,
                                  control::v1::ReportLeakResponse* response) {
  return checked(context, *request, [&] {
    const auto digests = digests_of(request->digests());
    if (!digests) return refuse(context, digests.error());
    const auto answer = operations_.report_leak(actor_of(*context), *digests, request->reason());
    if (!answer) return refuse(context, answer.error());
    to_proto(answer->receipt, *response->mutable_receipt());
    for (const auto& id : answer->revoked) response->add_revoked(id);
    response->set_others(static_cast<std::uint32_t>(digests->size() - answer->revoked.size()));
    return Status::OK;
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
