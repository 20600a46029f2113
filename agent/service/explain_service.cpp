// SPDX-License-Identifier: Apache-2.0
#include "agent/service/answers.hpp"
#include "agent/service/control_service.hpp"
#include "agent/service/convert.hpp"

namespace sallyport {
namespace {

void to_proto(const DoorAnswer& answer, control::v1::Explanation::Door& out) {
  out.set_passes(answer.passes);
  out.set_code(answer.code);
  out.set_text(answer.text);
}

}  // namespace

void to_proto(const Explanation& explanation, control::v1::Explanation& out) {
  out.set_subject(explanation.subject);
  out.set_kind(explanation.kind);
  out.set_passes(explanation.outer.passes && explanation.inner.passes);
  to_proto(explanation.outer, *out.mutable_outer());
  to_proto(explanation.inner, *out.mutable_inner());
  for (const auto& fact : explanation.facts) {
    auto& row = *out.add_facts();
    row.set_name(fact.name);
    row.set_value(fact.value);
  }
}

grpc::Status ControlService::Explain(Context* context, const control::v1::ExplainRequest* request,
                                     control::v1::Explanation* response) {
  return answer(context, *request, response, [&]() -> Result<Explanation> {
    const auto subject = id_of(request->subject());
    if (!subject) return subject.error();
    return operations_.explain(*subject, request->service());
  });
}

}  // namespace sallyport
