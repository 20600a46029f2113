// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "agent/base/address.hpp"
#include "agent/base/cidr_set.hpp"
#include "agent/base/result.hpp"
#include "agent/datapath/denied_key_table.hpp"
#include "agent/datapath/source_table.hpp"
#include "bpf/abi/connection.h"
#include "bpf/abi/denied_key.h"
#include "bpf/abi/key_slot.h"
#include "bpf/abi/key_usage.h"
#include "bpf/abi/service.h"
#include "bpf/abi/verdict.h"

namespace sallyport {

/// The rim between what decides and the kernel's maps. `KernelTables` is the real one;
/// `MemoryTables` holds the same state in this process where the outer door is absent.
/// All calls may come from any thread, unless said otherwise.
///
/// `repair` makes what the programs read equal to what was put, where somebody else wrote it or an
/// agent was killed between two writes, and says how many rows were not. In memory: none.

/// Bindings of connections to key slots (map sp_connections).
class ConnectionTable {
 public:
  struct Row {
    sp_connection_key connection;
    sp_connection binding;
  };

  virtual ~ConnectionTable() = default;
  virtual Result<void> put(const sp_connection_key& connection, const sp_connection& binding) = 0;
  virtual Result<void> erase(const sp_connection_key& connection) = 0;
  [[nodiscard]] virtual Result<std::vector<Row>> rows() const = 0;
};

/// Key slots and their clocks (maps sp_key_slots and sp_key_clocks), mapped into this process.
/// Same length, at least 2; live as long as the tables. See the ABI for who writes what.
struct SlotMemory {
  std::span<sp_key_slot> slots;
  std::span<sp_key_clocks> clocks;
};

/// The operator's prefixes (maps sp_cidr_blocks and sp_cidrs).
class CidrTable {
 public:
  virtual ~CidrTable() = default;
  /// The list as a whole: the old one is in force until the new one is, and no moment in between.
  /// After a failure no prefix is in force here, since an old one may be wrong by now.
  virtual Result<void> replace(std::span<const CidrRule> rules) = 0;
  /// Whether IPv4 is judged as these rules say, which were put last.
  [[nodiscard]] virtual bool holds(std::span<const CidrRule>) const { return true; }
};

/// Declared services (maps sp_services, sp_service_ports and sp_key_headers).
class ServiceTable {
 public:
  virtual ~ServiceTable() = default;
  virtual Result<void> put(const sp_service_key& key, const sp_service& service) = 0;
  /// Where a service in clear takes a key; to be said before it is put.
  virtual Result<void> put_key_headers(std::uint16_t service_id, const sp_key_headers& headers) = 0;
  /// Makes the table hold exactly what was put since the agent started.
  virtual Result<void> erase_others() = 0;
  [[nodiscard]] virtual Result<std::uint64_t> repair() { return 0; }
};

/// Counters by verdict, and what keys were sent, summed over CPUs (sp_counters, sp_key_usage).
class CounterTable {
 public:
  virtual ~CounterTable() = default;
  /// On the connections of the key that has the slot in that generation.
  [[nodiscard]] virtual Result<sp_key_usage> usage(std::uint32_t slot,
                                                   std::uint32_t generation) const = 0;
  [[nodiscard]] virtual Result<std::array<sp_counter, SP_VERDICT_COUNT>> counters() const = 0;
};

/// How full a table is, for `status`.
struct TableUse {
  const char* name;  // static storage
  std::uint64_t used;
  std::uint64_t capacity;
};

/// Everything behind one outer door.
class Tables {
 public:
  virtual ~Tables() = default;
  virtual SourceTable& sources() = 0;
  virtual ConnectionTable& connections() = 0;
  virtual CidrTable& cidrs() = 0;
  virtual ServiceTable& services() = 0;
  virtual DeniedKeyTable& denied_keys() = 0;
  virtual CounterTable& counters() = 0;
  virtual SlotMemory slot_memory() = 0;
  /// How fast one source may open connections (GCRA, nanoseconds); cost 0: as it likes.
  virtual Result<void> set_pace(std::uint64_t cost_ns, std::uint64_t burst_ns) = 0;
  /// How often condemned connections are answered by a reset, all together; cost 0: never.
  virtual Result<void> set_resets(std::uint64_t cost_ns, std::uint64_t burst_ns) = 0;
  /// Of what is in none of the above: pace, rates, and which tables are looked up.
  [[nodiscard]] virtual Result<std::uint64_t> repair() { return 0; }
  [[nodiscard]] virtual std::vector<TableUse> use() const = 0;
};

}  // namespace sallyport
