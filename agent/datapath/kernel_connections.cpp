// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/kernel_connections.hpp"

#include <cstring>

namespace sallyport {
namespace {

/// 0: not for the lines.
std::uint64_t row_key(const sp_connection_key& connection) {
  if (!Address::from_abi(connection.source).is_v4()) return 0;
  __be32 address = 0;
  std::memcpy(&address, connection.source.bytes + 12, sizeof address);
  return sp_connection_row_key(address, connection.source_port, connection.service_id);
}

ConnectionTable::Row to_row(std::uint64_t key, std::uint64_t value, bool is_superseded) {
  ConnectionTable::Row row{};
  row.connection.source = Address::from_v4(static_cast<__be32>(key)).to_abi();
  row.connection.source_port = static_cast<__be16>(key >> 32);
  row.connection.service_id = static_cast<__u16>(key >> 48);
  row.binding.slot = static_cast<__u32>(value) >> SP_ROW_SHIFT;
  row.binding.generation = static_cast<__u32>(value >> 32);
  row.binding.superseded = is_superseded ? 1 : 0;
  return row;
}

}  // namespace

KernelConnections::KernelConnections(const bpf_map* map, std::span<sp_line> lines,
                                     std::uint64_t seed)
    : map_(map), lines_(lines, seed) {
  lines_.for_each([this](std::uint64_t, std::uint64_t, bool) { ++used_; });
}

Result<void> KernelConnections::put(const sp_connection_key& connection,
                                    const sp_connection& binding) {
  if (binding.slot >= SP_MOST_SLOTS || binding.generation == 0) {
    return failure(Errc::kInvalid, "no slot " + std::to_string(binding.slot) + " of generation " +
                                       std::to_string(binding.generation));
  }
  const std::uint64_t key = row_key(connection);
  if (key == 0) return map_.put(connection, binding);
  const std::uint64_t value = sp_connection_row_value(binding.slot, binding.generation) |
                              (binding.superseded != 0 ? SP_ROW_SUPERSEDED : 0);
  auto line = lines_.line_of(key);
  if (!line.has_row() && used_.load(std::memory_order_relaxed) >= map_.capacity()) {
    return map_.full();
  }
  const auto done = line.put(value);
  if (done == LineTable::Line::Put::kFull) return map_.put(connection, binding);
  if (done == LineTable::Line::Put::kAdded) used_.fetch_add(1, std::memory_order_relaxed);
  return line.has_spilled() ? map_.erase(connection) : Result<void>{};
}

Result<void> KernelConnections::erase(const sp_connection_key& connection) {
  const std::uint64_t key = row_key(connection);
  if (key == 0) return map_.erase(connection);
  auto line = lines_.line_of(key);
  if (line.erase()) used_.fetch_sub(1, std::memory_order_relaxed);
  return line.has_spilled() ? map_.erase(connection) : Result<void>{};
}

Result<std::vector<ConnectionTable::Row>> KernelConnections::rows() const {
  std::vector<Row> rows;
  lines_.for_each([&](std::uint64_t key, std::uint64_t value, bool is_superseded) {
    rows.push_back(to_row(key, value, is_superseded));
  });
  auto read = map_.for_each([&](const sp_connection_key& key, const sp_connection& binding) {
    rows.push_back({key, binding});
  });
  if (!read) return read.error();
  return rows;
}

TableUse KernelConnections::use() const {
  auto use = map_.use("connections");
  use.used += used_.load(std::memory_order_relaxed);
  return use;
}

}  // namespace sallyport
