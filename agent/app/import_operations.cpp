// SPDX-License-Identifier: Apache-2.0
// Keys and users from elsewhere, part by part.
#include <algorithm>

#include "agent/app/on_strand.hpp"
#include "agent/base/key_format.hpp"

namespace sallyport {
namespace {

/// Ids of one part lie side by side in the store's tables, which are in the order of ids.
std::function<KeyId()> neighbours() {
  return [first = make_key_id()] {
    constexpr std::size_t kSame = 2;
    KeyId id = make_key_id();
    std::copy_n(first.begin(), kSame, id.begin());
    return id;
  };
}

}  // namespace

// Each part is one turn of the strand, so that a revocation waits for one part at most.
Result<ImportOutcome> AgentOperations::import_rows(const Actor& actor,
                                                   const std::vector<ImportRow>& rows,
                                                   ImportMode mode) {
  return on_strand([&]() -> Result<ImportOutcome> {
    ImportOutcome outcome;
    auto receipt = control_.change([&] {
      return parts_.registry.import_part(actor, {rows, mode, neighbours()}, outcome.report,
                                         unix_now());
    });
    if (receipt) {
      outcome.receipt = *receipt;
    } else if (outcome.report.problems.empty()) {
      return receipt.error();
    }
    return outcome;
  });
}

Result<Revision> AgentOperations::end_import(const Actor& actor, const ImportReport& sum,
                                             const std::string& fault) {
  return on_strand([&]() -> Result<Revision> {
    auto revision = parts_.registry.end_import(actor, sum, fault, unix_now());
    if (revision) parts_.revisions.advance(*revision);
    return revision;
  });
}

}  // namespace sallyport
