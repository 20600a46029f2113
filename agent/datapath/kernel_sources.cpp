// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/kernel_sources.hpp"

#include <cstring>
#include <unordered_map>

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

Result<std::uint64_t> KernelSources::repair() {
  const auto known = rows();
  if (!known) return known.error();
  std::unordered_map<std::uint64_t, std::uint64_t> in_lines;
  lines_.for_each([&](std::uint64_t key, std::uint64_t value, bool) { in_lines[key] = value; });
  std::uint64_t mended = 0;
  for (const auto& row : *known) {
    const sp_address source = row.source.to_abi();
    const std::uint64_t key = row_key(source);
    const auto found = in_lines.find(key);
    const bool is_there = found != in_lines.end();
    if (is_there && found->second == sp_source_row_value(row.state.expires_ns, row.state.verdict)) {
      in_lines.erase(found);
      continue;
    }
    if (is_there) in_lines.erase(found);
    // Without a row in a full line, or of no line, it is in the map alone, and no fault.
    if (key != 0 && (is_there || !lines_.line_of(key).has_spilled())) ++mended;
    if (auto done = put_line(source, row.state); !done) return done.error();
  }
  for (const auto& [key, value] : in_lines) lines_.line_of(key).erase();
  return mended + in_lines.size();
}

}  // namespace sallyport
