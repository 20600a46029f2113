// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <vector>

#include "agent/service/answers.hpp"
#include "agent/service/control_service.hpp"
#include "agent/service/convert.hpp"
#include "control/proto/bounds.hpp"

namespace sallyport {
namespace {

Result<Cidr> prefix_of(const std::string& text) {
  if (auto prefix = Cidr::parse(text)) return *prefix;
  return failure(Errc::kInvalid, "not a prefix: " + text,
                 "write one as 192.0.2.0/24 or 2001:db8::/32, with no bit set behind its length");
}

Result<CidrEntry> entry_of(const control::v1::Cidr& request) {
  const auto prefix = prefix_of(request.prefix());
  if (!prefix) return prefix.error();
  const auto action = from_proto(request.action());
  if (!action) return failure(Errc::kInvalid, "a prefix is neither allowed nor denied");
  return CidrEntry{{*prefix, *action}, request.note(), 0};
}

Result<void> take(const control::v1::CidrPart& part, std::vector<CidrEntry>& entries) {
  for (const auto& request : part.cidrs()) {
    if (auto wrong = out_of_bounds(request)) return failure(Errc::kInvalid, std::move(*wrong));
    auto entry = entry_of(request);
    if (!entry) return entry.error();
    entries.push_back(std::move(*entry));
  }
  return {};
}

}  // namespace

grpc::Status ControlService::PutCidr(Context* context, const control::v1::Cidr* request,
                                     control::v1::Receipt* response) {
  return answer(context, *request, response, [&]() -> Result<Receipt> {
    const auto entry = entry_of(*request);
    if (!entry) return entry.error();
    return operations_.put_cidr(actor_of(*context), *entry);
  });
}

grpc::Status ControlService::RemoveCidr(Context* context,
                                        const control::v1::RemoveCidrRequest* request,
                                        control::v1::Receipt* response) {
  return answer(context, *request, response, [&]() -> Result<Receipt> {
    const auto prefix = prefix_of(request->prefix());
    if (!prefix) return prefix.error();
    return operations_.remove_cidr(actor_of(*context), *prefix);
  });
}

grpc::Status ControlService::ReplaceCidrs(Context* context,
                                          grpc::ServerReader<control::v1::CidrPart>* reader,
                                          control::v1::Receipt* response) {
  std::vector<CidrEntry> entries;
  control::v1::CidrPart part;
  // The registry refuses more than kMostCidrs.
  while (!part.is_last() && entries.size() <= kMostCidrs && reader->Read(&part)) {
    if (auto taken = take(part, entries); !taken) return refuse(context, taken.error());
  }
  // A caller that went away in the middle must not have half of its list put in force.
  if (!part.is_last() && entries.size() <= kMostCidrs) {
    return refuse(context,
                  failure(Errc::kInvalid, "the list has no end: its last part is missing"));
  }
  const auto receipt = operations_.replace_cidrs(actor_of(*context), entries);
  if (!receipt) return refuse(context, receipt.error());
  to_proto(*receipt, *response);
  return grpc::Status::OK;
}

grpc::Status ControlService::ListCidrs(Context* context,
                                       const control::v1::ListCidrsRequest* request,
                                       Writer<control::v1::Cidr>* writer) {
  return answer_rows(context, *request, writer, [&] { return operations_.cidrs(); });
}

}  // namespace sallyport
