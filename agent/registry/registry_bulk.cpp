// SPDX-License-Identifier: Apache-2.0
// What is long: lists from elsewhere, and copies of the whole.
#include <utility>

#include "agent/registry/audit_chain.hpp"
#include "agent/registry/registry.hpp"
#include "agent/registry/requests.hpp"

namespace sallyport {
namespace {

using Changes = std::vector<Change>;

std::string count(std::size_t number, std::string_view what) {
  return std::to_string(number) + " " + std::string(what) + (number == 1 ? "" : "s");
}

}  // namespace

Result<Commit> Registry::import_part(const Actor& actor, const ImportPart& part,
                                     ImportReport& report, UnixSeconds now) {
  Importer importer(store_, part, now);
  if (part.mode == ImportMode::kCheck) {
    auto done = importer.run();
    report = std::move(importer.report());
    if (!done) return done.error();
    auto current = revision();
    if (!current) return current.error();
    return Commit{*current, {}};
  }
  const Act act{"import", ChangeKind::kKey, count(part.rows.size(), "row")};
  auto commit = transact(
      request(actor, act, now),
      [&]() -> Result<Changes> {
        auto done = importer.run();
        report = std::move(importer.report());
        if (!done) return done.error();
        if (part.mode == ImportMode::kWhole && !report.problems.empty()) {
          return failure(Errc::kConflict,
                         count(report.problems.size(), "row") + " can't be imported, so none is");
        }
        return std::move(importer.changes());
      },
      Durability::kLater);
  if (!commit) return commit;
  if (!commit->changes.empty() && unsettled_ == 0) unsettled_ = commit->revision;
  return commit;
}

Result<Revision> Registry::end_import(const Actor& actor, const ImportReport& sum,
                                      std::string_view fault, UnixSeconds now) {
  AuditRecord act = request(actor,
                            {"import",
                             ChangeKind::kKey,
                             count(sum.tenants, "tenant") + ", " + count(sum.users, "user") +
                                 " and " + count(sum.keys, "key") + " in all",
                             {},
                             count(sum.present, "key") + " were there already, " +
                                 count(sum.problems.size(), "row") + " refused"},
                            now);
  act.refusal = safe_text(fault);
  store_.end_bulk();
  if (auto noted = note(std::move(act)); !noted) return noted.error();
  return revision();
}

Result<std::unique_ptr<StoreCopy>> Registry::begin_copy(const Actor& actor, const std::string& file,
                                                        UnixSeconds now) {
  const Act act{"backup", ChangeKind::kKey, "the whole store"};
  if (auto noted = note(request(actor, act, now)); !noted) return noted.error();
  return store_.copy_to(file);
}

}  // namespace sallyport
