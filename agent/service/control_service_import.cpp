// SPDX-License-Identifier: Apache-2.0
// Keys and users from elsewhere, as a stream of rows.
#include <algorithm>
#include <optional>
#include <utility>

#include "agent/service/answers.hpp"
#include "agent/service/control_service.hpp"
#include "agent/service/convert.hpp"
#include "control/proto/bounds.hpp"

namespace sallyport {
namespace {

using Part = control::v1::ImportPart;

// So many rows are one transaction: some tens of milliseconds of the control strand.
constexpr std::size_t kUnit = 4000;
constexpr int kMostProblems = 100;

std::optional<ImportMode> mode_of(control::v1::ImportMode mode) {
  switch (mode) {
    case control::v1::IMPORT_MODE_CHECK:
      return ImportMode::kCheck;
    case control::v1::IMPORT_MODE_WHOLE:
      return ImportMode::kWhole;
    case control::v1::IMPORT_MODE_KEEP_GOING:
      return ImportMode::kKeepGoing;
    default:
      return std::nullopt;
  }
}

Result<ImportRow> row_of(const control::v1::ImportRow& row) {
  if (auto wrong = out_of_bounds(row)) return failure(Errc::kInvalid, std::move(*wrong));
  ImportRow out{.line = row.line(), .key = {}};
  Key& key = out.key;
  key.tenant = row.tenant();
  key.user = row.user();
  out.has_key = !row.digest().empty();
  if (!out.has_key) return out;
  const auto digest = digest_from(row.digest());
  if (!digest) {
    return failure(Errc::kInvalid, "the digest is not a SHA-256",
                   "write 64 hexadecimal digits; a raw key belongs into the column `key`");
  }
  key.digest = *digest;
  out.has_id = !row.id().empty();
  if (out.has_id && row.id().size() != key.id.size()) {
    return failure(Errc::kInvalid, "not a key's id: it is 8 letters or digits");
  }
  std::copy(row.id().begin(), row.id().end(), key.id.begin());
  key.env = row.env();
  std::optional<Standing> state;
  if (!from_proto(row.state(), state)) return failure(Errc::kInvalid, "not a state of a key");
  key.state = state.value_or(Standing::kActive);
  key.reason = key.state == Standing::kActive ? std::string() : row.reason();
  key.created_at = row.created_at();
  key.not_before = row.not_before();
  key.expires_at = row.expires_at();
  key.limit = {.per_second = row.limit_per_second(), .burst = row.burst()};
  key.traffic = {.packets_per_second = row.packets_per_second(),
                 .packet_burst = row.packet_burst(),
                 .bytes_per_second = row.bytes_per_second(),
                 .byte_burst = row.byte_burst(),
                 .egress_per_second = row.egress_per_second()};
  key.note = row.note();
  key.predecessor = row.predecessor();
  key.successor = row.successor();
  return out;
}

/// What a stream of rows comes to. Holds one unit of them at a time.
class Import {
 public:
  Import(Operations& operations, Actor actor, control::v1::ImportAnswer& answer)
      : operations_(operations), actor_(std::move(actor)), answer_(answer) {}

  Result<void> run(grpc::ServerReader<Part>& reader) {
    Part part;
    while (!part.is_last() && !answer_.stopped() && reader.Read(&part)) {
      if (!mode_) mode_ = mode_of(part.mode());
      if (!mode_) return failure(Errc::kInvalid, "not a mode of an import");
      for (const auto& row : part.rows()) {
        if (auto taken = take(row); !taken) return taken;
      }
    }
    if (answer_.stopped()) return {};
    if (auto done = flush(); !done) return done;
    if (part.is_last()) return {};
    return failure(Errc::kInvalid, "the import has no end: its last part is missing",
                   "send it again: what has come is left as it is");
  }

  /// What was taken is durable after it, however the stream ended.
  Result<void> end(const std::string& fault) {
    if (!mode_ || mode_ == ImportMode::kCheck) return {};
    auto revision = operations_.end_import(actor_, sum_, fault);
    if (!revision) return revision.error();
    answer_.mutable_receipt()->set_revision(*revision);
    return {};
  }

 private:
  Result<void> take(const control::v1::ImportRow& message) {
    auto row = row_of(message);
    if (row) {
      rows_.push_back(std::move(*row));
    } else {
      note({message.line(), row.error()});
    }
    return rows_.size() < kUnit ? Result<void>() : flush();
  }

  Result<void> flush() {
    const bool is_whole = mode_ == ImportMode::kWhole;
    if (is_whole && answer_.refused() != 0) {
      answer_.set_stopped(true);
      return {};
    }
    if (rows_.empty()) return {};
    auto outcome = operations_.import_rows(actor_, rows_, *mode_);
    rows_.clear();
    if (!outcome) return outcome.error();
    ImportReport& report = outcome->report;
    for (auto& problem : report.problems) note(std::move(problem));
    if (is_whole && !report.problems.empty()) {
      answer_.set_stopped(true);
      return {};
    }
    sum_.tenants += report.tenants;
    sum_.users += report.users;
    sum_.keys += report.keys;
    sum_.present += report.present;
    tell(outcome->receipt);
    return {};
  }

  void tell(const Receipt& receipt) {
    answer_.set_tenants(sum_.tenants);
    answer_.set_users(sum_.users);
    answer_.set_keys(sum_.keys);
    answer_.set_present(sum_.present);
    auto& out = *answer_.mutable_receipt();
    out.set_revision(receipt.revision);
    out.set_store_us(out.store_us() + receipt.store_us);
    out.set_kernel_us(out.kernel_us() + receipt.kernel_us);
    out.set_terminator_us(out.terminator_us() + receipt.terminator_us);
    out.set_kernel_done(receipt.kernel_done);
    out.set_terminator_done(receipt.terminator_done);
  }

  void note(ImportProblem problem) {
    answer_.set_refused(answer_.refused() + 1);
    if (answer_.problems_size() == kMostProblems) return;
    auto& out = *answer_.add_problems();
    out.set_line(problem.line);
    out.set_message(problem.why.message);
    out.set_remedy(problem.why.remedy);
  }

  Operations& operations_;
  const Actor actor_;
  control::v1::ImportAnswer& answer_;
  std::optional<ImportMode> mode_;
  std::vector<ImportRow> rows_;
  ImportReport sum_;
};

}  // namespace

grpc::Status ControlService::Import(Context* context, grpc::ServerReader<Part>* reader,
                                    control::v1::ImportAnswer* response) {
  if (importing_.exchange(true)) {
    return refuse(context, failure(Errc::kFull, "another import is running",
                                   "wait for its end: one at a time is the fastest"));
  }
  sallyport::Import import(operations_, actor_of(*context), *response);
  auto done = import.run(*reader);
  const bool is_stopped = done && response->stopped();
  auto ended = import.end(!done ? done.error().message : is_stopped ? "a row is wrong" : "");
  importing_ = false;
  if (!done) return refuse(context, done.error());
  if (!ended) return refuse(context, ended.error());
  return grpc::Status::OK;
}

}  // namespace sallyport
