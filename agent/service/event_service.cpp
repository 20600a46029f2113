// SPDX-License-Identifier: Apache-2.0
// The events of the control API: a stream that ends with its caller or with the agent.
#include <chrono>

#include "agent/service/answers.hpp"
#include "agent/service/control_service.hpp"
#include "agent/service/convert.hpp"

namespace sallyport {
namespace {

constexpr std::chrono::milliseconds kPatience{100};  // then it looks whether the caller is there

EventQuery query_of(const control::v1::WatchEventsRequest& request) {
  return {.verdict = request.verdict(),
          .source = request.source(),
          .service = request.service(),
          .follow = request.follow(),
          .most = request.most()};
}

}  // namespace

void to_proto(const EventView& event, control::v1::Event& out) {
  out.set_time_ns(event.time_ns);
  out.set_verdict(event.verdict);
  out.set_text(event.text);
  out.set_dropped(event.dropped);
  out.set_source(event.source.to_string());
  out.set_source_port(event.source_port);
  out.set_local(event.local.to_string());
  out.set_local_port(event.local_port);
  out.set_protocol(event.protocol);
  out.set_service(event.service);
  out.set_key(event.key_id);
  out.set_slot(event.slot);
  out.set_generation(event.generation);
  out.set_interface(event.interface);
  out.set_length(event.length);
  out.set_headers(event.headers);
  out.set_missed(event.missed);
}

grpc::Status ControlService::WatchEvents(Context* context,
                                         const control::v1::WatchEventsRequest* request,
                                         Writer<control::v1::Event>* writer) {
  return checked(context, *request, [&] {
    auto stream = operations_.watch_events(query_of(*request));
    if (!stream) return refuse(context, stream.error());
    // Tells the caller that it misses nothing from here on.
    context->AddInitialMetadata("sallyport-agent", SALLYPORT_VERSION);
    writer->SendInitialMetadata();
    EventView event;
    control::v1::Event message;
    while (!context->IsCancelled()) {
      const auto next = (*stream)->next(event, kPatience);
      if (next == EventStream::Next::kEnd) break;
      if (next == EventStream::Next::kNothing) continue;
      to_proto(event, message);
      if (!writer->Write(message)) break;  // the caller has gone
    }
    return Status::OK;
  });
}

}  // namespace sallyport
