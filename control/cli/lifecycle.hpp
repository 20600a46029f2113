// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "control/cli/command.hpp"
#include "control/cli/output.hpp"
#include "control/client/control_client.hpp"

namespace sallyport {

/// Suspends, resumes or removes the tenant or user that `request` names; `what` is it for people:
/// "user acme/alice".
template <class Request>
Result<int> set_lifecycle(grpc::Status (ControlClient::Stub::*method)(grpc::ClientContext*,
                                                                      const Request&,
                                                                      control::v1::Receipt*),
                          Request request, control::v1::Lifecycle state, const std::string& what,
                          const Invocation& invocation, ControlClient& client, Output& output) {
  request.set_state(state);
  request.set_reason(invocation.value("--reason"));
  auto receipt = client.call(method, request);
  if (!receipt) return receipt.error();
  output.receipt(show_lifecycle(state, what, *receipt), *receipt);
  return kDone;
}

}  // namespace sallyport
