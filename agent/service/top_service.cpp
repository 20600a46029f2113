// SPDX-License-Identifier: Apache-2.0
// The control API's look at who asks most.
#include "agent/service/answers.hpp"
#include "agent/service/control_service.hpp"
#include "agent/service/convert.hpp"

namespace sallyport {
namespace {

constexpr std::uint32_t kLeastWindowMs = 100;  // and no more than a call's usual patience:
constexpr std::uint32_t kMostWindowMs = 10000;
constexpr std::uint32_t kMostRows = 100;

Result<TopQuery> query_of(const control::v1::GetTopRequest& request) {
  if (request.window_ms() < kLeastWindowMs || request.window_ms() > kMostWindowMs) {
    return failure(Errc::kInvalid, "a look lasts 100 ms to 10 s");
  }
  if (request.most() < 1 || request.most() > kMostRows) {
    return failure(Errc::kInvalid, "a look shows 1 to 100 keys and sources");
  }
  return TopQuery{std::chrono::milliseconds(request.window_ms()), request.most()};
}

template <class Row>
void set_counts(const TopRow& row, Row& out) {
  out.set_requests(row.requests);
  out.set_refused(row.refused);
  out.set_uncertain(row.uncertain);
}

}  // namespace

void to_proto(const TopView& view, control::v1::Top& out) {
  out.set_window_us(view.window_us);
  out.set_connections_open(view.connections_open);
  for (const auto& key : view.keys) {
    auto& row = *out.add_keys();
    row.set_id(key.name);
    row.set_tenant(key.tenant);
    row.set_user(key.user);
    set_counts(key, row);
  }
  for (const auto& source : view.sources) {
    auto& row = *out.add_sources();
    row.set_address(source.name);
    set_counts(source, row);
  }
  for (const auto& service : view.services) {
    auto& row = *out.add_services();
    row.set_name(service.name);
    row.set_upstream(service.upstream);
    row.set_requests(service.requests);
    row.set_refused(service.refused);
    row.set_failed(service.failed);
    row.set_answers(service.answers);
    row.set_upstream_us(service.upstream_us);
    row.set_upstream_most_us(service.upstream_most_us);
  }
  control::v1::Counters counters;
  to_proto(view.counters, counters);
  out.mutable_packets()->Swap(counters.mutable_packets());
  out.mutable_checks()->Swap(counters.mutable_checks());
}

grpc::Status ControlService::GetTop(Context* context, const control::v1::GetTopRequest* request,
                                    control::v1::Top* response) {
  return answer(context, *request, response, [&]() -> Result<TopView> {
    const auto query = query_of(*request);
    if (!query) return query.error();
    return operations_.top(*query);
  });
}

}  // namespace sallyport
