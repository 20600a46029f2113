// SPDX-License-Identifier: Apache-2.0
// Tenants and users of the control API.
#include "agent/service/answers.hpp"
#include "agent/service/control_service.hpp"
#include "agent/service/convert.hpp"

namespace sallyport {

using grpc::Status;

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

Status ControlService::SetTenantState(Context* context,
                                      const control::v1::SetTenantStateRequest* request,
                                      control::v1::Receipt* response) {
  return answer(context, *request, response, [&]() -> Result<Receipt> {
    const auto state = from_proto(request->state());
    if (!state) return failure(Errc::kInvalid, "not a state of a tenant");
    return operations_.set_tenant_state(actor_of(*context), request->name(), *state,
                                        request->reason());
  });
}

Status ControlService::SetUserState(Context* context,
                                    const control::v1::SetUserStateRequest* request,
                                    control::v1::Receipt* response) {
  return answer(context, *request, response, [&]() -> Result<Receipt> {
    const auto state = from_proto(request->state());
    if (!state) return failure(Errc::kInvalid, "not a state of a user");
    return operations_.set_user_state(actor_of(*context), {request->tenant(), request->name()},
                                      *state, request->reason());
  });
}

Status ControlService::RemoveUser(Context* context, const control::v1::RemoveUserRequest* request,
                                  control::v1::Receipt* response) {
  return answer(context, *request, response, [&] {
    return operations_.set_user_state(actor_of(*context), {request->tenant(), request->name()},
                                      Lifecycle::kRemoved, {});
  });
}

}  // namespace sallyport
