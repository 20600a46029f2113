// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/kernel_sources.hpp"

#include <cstring>
#include <unordered_set>

namespace sallyport {
namespace {

/// 0: the source has no row in the lines.
std::uint64_t row_key(const sp_address& source) {
  if (Address::from_abi(source).is_v4()) {
    __be32 address = 0;
    std::memcpy(&address, source.bytes + 12, sizeof address);
    return sp_v4_source_row_key(address);
  }
  __u64 prefix = 0;
  std::memcpy(&prefix, source.bytes, sizeof prefix);
  return sp_v6_source_row_key(prefix);
}

}  // namespace

Result<void> KernelSources::put(const Address& source, const sp_source_state& state) {
  if (auto raised = control_.raise(SP_HAVE_SOURCES); !raised) return raised;
  const sp_address key = source.to_abi();
  if (auto done = map_.put(key, state); !done) return done;
  return put_line(key, state);
}

Result<void> KernelSources::put_line(const sp_address& source, const sp_source_state& state) {
  const std::uint64_t key = row_key(source);
  if (key == 0) return control_.raise(SP_HAVE_HASHED_SOURCES);
  auto line = lines_.line_of(key);
  const auto done = line.put(sp_source_row_value(state.expires_ns, state.verdict));
  if (done != LineTable::Line::Put::kFull) return {};
  return control_.raise(SP_HAVE_HASHED_SOURCES);
}

Result<void> KernelSources::erase(const Address& source) {
  const sp_address key = source.to_abi();
  if (const std::uint64_t row = row_key(key); row != 0) lines_.line_of(row).erase();
  return map_.erase(key);
}

Result<std::vector<SourceTable::Row>> KernelSources::rows() const {
  std::vector<Row> rows;
  auto read = map_.for_each([&](const sp_address& source, const sp_source_state& state) {
    rows.push_back({Address::from_abi(source), state});
  });
  if (!read) return read.error();
  return rows;
}

Result<void> KernelSources::repair_lines() {
  const auto known = rows();
  if (!known) return known.error();
  std::unordered_set<std::uint64_t> keys;
  for (const auto& row : *known) keys.insert(row_key(row.source.to_abi()));
  std::vector<std::uint64_t> strangers;
  lines_.for_each([&](std::uint64_t key, std::uint64_t, bool) {
    if (!keys.contains(key)) strangers.push_back(key);
  });
  for (const auto key : strangers) lines_.line_of(key).erase();
  for (const auto& row : *known) {
    if (auto done = put_line(row.source.to_abi(), row.state); !done) return done;
  }
  return {};
}

}  // namespace sallyport
