// SPDX-License-Identifier: Apache-2.0
#include "agent/service/control_service.hpp"

#include <utility>

#include "agent/service/answers.hpp"
#include "agent/service/convert.hpp"

namespace sallyport {

using grpc::Status;

Actor ControlService::actor_of(const Context& context) const {
  return {peers_.who(context.peer(), PeerTable::Clock::now())};
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
