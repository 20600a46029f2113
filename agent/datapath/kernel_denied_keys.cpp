// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/kernel_denied_keys.hpp"

#include <utility>

namespace sallyport {
namespace {

std::string bytes_of(const sp_denied_key_id& id) {
  return {reinterpret_cast<const char*>(id.digest), sizeof id.digest};
}

}  // namespace

Result<void> KernelDeniedKeys::put(std::span<const Row> rows) {
  if (rows.empty()) return {};
  std::vector<sp_denied_key_id> ids;
  std::vector<sp_denied_key> states;
  for (const auto& row : rows) {
    ids.push_back(row.id);
    states.push_back(row.state);
  }
  if (auto done = map_.put_all(ids, states); !done) return done;
  const std::scoped_lock guard(lock_);
  for (const auto& id : ids) stuck_.erase(bytes_of(id));
  return stuck_.empty() ? control_.raise(SP_HAVE_DENIED_KEYS) : Result<void>{};
}

Result<void> KernelDeniedKeys::erase(std::span<const sp_denied_key_id> ids) {
  Result<void> outcome;
  const std::scoped_lock guard(lock_);
  const bool was_stuck = !stuck_.empty();
  for (const auto& id : ids) {
    if (auto done = map_.erase(id); done) {
      stuck_.erase(bytes_of(id));
    } else {
      stuck_.insert(bytes_of(id));
      outcome = std::move(done);
    }
  }
  if (was_stuck == !stuck_.empty()) return outcome;
  auto turned = control_.turn(SP_HAVE_DENIED_KEYS, stuck_.empty() ? SP_HAVE_DENIED_KEYS : 0);
  return outcome ? turned : outcome;
}

Result<std::vector<DeniedKeyTable::Row>> KernelDeniedKeys::rows() const {
  std::vector<Row> rows;
  auto read = map_.for_each([&](const sp_denied_key_id& id, const sp_denied_key& state) {
    rows.push_back({id, state});
  });
  if (!read) return read.error();
  return rows;
}

}  // namespace sallyport
