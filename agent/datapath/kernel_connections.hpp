// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <span>

#include "agent/datapath/kernel_map.hpp"
#include "agent/datapath/line_table.hpp"
#include "agent/datapath/tables.hpp"

namespace sallyport {

/// IPv4 connections in sp_connection_lines; IPv6 ones, and those whose line was full, in
/// sp_connections. Each of the two takes as many as the configured capacity.
class KernelConnections final : public ConnectionTable {
 public:
  KernelConnections(const bpf_map* map, std::span<sp_line> lines, std::uint64_t seed);

  Result<void> put(const sp_connection_key& connection, const sp_connection& binding) override;
  Result<void> erase(const sp_connection_key& connection) override;
  [[nodiscard]] Result<std::vector<Row>> rows() const override;
  [[nodiscard]] TableUse use() const;

 private:
  KernelMap<sp_connection_key, sp_connection> map_;
  LineTable lines_;
  std::atomic<std::uint64_t> used_{0};  // rows in the lines
};

}  // namespace sallyport
