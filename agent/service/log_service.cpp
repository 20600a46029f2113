// SPDX-License-Identifier: Apache-2.0
// The change log and the audit log in the control API.
#include <algorithm>
#include <chrono>
#include <limits>

#include "agent/service/answers.hpp"
#include "agent/service/control_service.hpp"
#include "agent/service/convert.hpp"

namespace sallyport {

using grpc::Status;

namespace {

constexpr std::size_t kPage = 256;  // revisions, or records, that are read at a time
constexpr int kMostFollowers = 4;   // of the API's twelve threads
constexpr std::chrono::milliseconds kPatience{100};  // then it looks whether the caller is there

control::v1::ChangeKind kind_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kTenant:
      return control::v1::CHANGE_KIND_TENANT;
    case ChangeKind::kUser:
      return control::v1::CHANGE_KIND_USER;
    case ChangeKind::kKey:
      return control::v1::CHANGE_KIND_KEY;
    case ChangeKind::kBan:
      return control::v1::CHANGE_KIND_BAN;
    case ChangeKind::kMode:
      return control::v1::CHANGE_KIND_MODE;
    case ChangeKind::kCidr:
      return control::v1::CHANGE_KIND_CIDR;
  }
  return control::v1::CHANGE_KIND_UNSPECIFIED;
}

void to_proto(const ChangeRecord& line, control::v1::Change& out) {
  out.set_revision(line.revision);
  out.set_sequence(line.sequence);
  out.set_at(line.at);
  out.set_actor(line.actor);
  out.set_kind(kind_of(line.kind));
  out.set_subject(line.subject);
  out.set_verb(line.verb);
  out.set_reason(line.reason);
}

void to_proto(const AuditRecord& record, control::v1::AuditRecord& out) {
  out.set_sequence(record.sequence);
  out.set_at(record.at);
  out.set_actor(record.actor);
  out.set_verb(record.verb);
  out.set_kind(kind_of(record.kind));
  out.set_subject(record.subject);
  out.set_detail(record.detail);
  out.set_reason(record.reason);
  out.set_refusal(record.refusal);
  out.set_revision(record.revision);
  out.set_hash(to_hex(record.hash));
}

/// A place among those who follow, while it lives.
class Place {
 public:
  explicit Place(std::atomic<int>& taken) : taken_(taken), is_had_(++taken <= kMostFollowers) {}
  ~Place() { --taken_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  [[nodiscard]] bool is_had() const noexcept { return is_had_; }

 private:
  std::atomic<int>& taken_;
  bool is_had_;
};

}  // namespace

Status ControlService::WatchChanges(Context* context,
                                    const control::v1::WatchChangesRequest* request,
                                    Writer<control::v1::Change>* writer) {
  return checked(context, *request, [&] {
    const Place place(followers_);
    if (!place.is_had()) {
      return refuse(context, failure(Errc::kFull, "too many follow the changes already",
                                     "let one of the others end"));
    }
    context->AddInitialMetadata("sallyport-agent", SALLYPORT_VERSION);
    writer->SendInitialMetadata();
    Revision seen = request->from() == 0 ? 0 : request->from() - 1;
    control::v1::Change message;
    while (!context->IsCancelled()) {
      const auto lines = operations_.changes(seen, kPage);
      if (!lines) return refuse(context, lines.error());
      for (const auto& line : *lines) {
        to_proto(line, message);
        if (!writer->Write(message)) return Status::OK;  // the caller has gone
      }
      if (!lines->empty()) {
        seen = lines->back().revision;
      } else if (!request->follow() || !operations_.await_change(seen, kPatience)) {
        break;
      }
    }
    return Status::OK;
  });
}

Status ControlService::ListAudit(Context* context, const control::v1::ListAuditRequest* request,
                                 Writer<control::v1::AuditRecord>* writer) {
  return checked(context, *request, [&] {
    std::uint64_t after = request->after();
    std::size_t left =
        request->most() == 0 ? std::numeric_limits<std::size_t>::max() : request->most();
    control::v1::AuditRecord message;
    while (left > 0 && !context->IsCancelled()) {
      const auto records = operations_.audit(after, std::min(left, kPage));
      if (!records) return refuse(context, records.error());
      if (records->empty()) break;
      for (const auto& record : *records) {
        after = record.sequence;
        if (request->refused() && record.refusal.empty()) continue;
        to_proto(record, message);
        if (!writer->Write(message)) return Status::OK;  // the caller has gone
        if (--left == 0) break;
      }
    }
    return Status::OK;
  });
}

Status ControlService::VerifyAudit(Context* context, const control::v1::VerifyAuditRequest* request,
                                   control::v1::AuditVerdict* response) {
  return checked(context, *request, [&] {
    AuditHead expected;
    if (!request->expect().empty()) {
      const auto head = parse_head(request->expect());
      if (!head) return refuse(context, head.error());
      expected = *head;
    }
    const auto verdict = operations_.verify_audit(expected);
    if (!verdict) return refuse(context, verdict.error());
    response->set_good(verdict->fault.empty());
    response->set_records(verdict->records);
    response->set_head(verdict->records == 0 ? std::string() : head_text(verdict->head));
    response->set_fault(verdict->fault);
    return Status::OK;
  });
}

}  // namespace sallyport
