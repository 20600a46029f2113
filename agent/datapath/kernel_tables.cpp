// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/kernel_tables.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "agent/datapath/control_row.hpp"
#include "agent/datapath/kernel_map.hpp"
#include "agent/datapath/mapped_array.hpp"
#include "sallyport.skel.h"

namespace sallyport {
namespace {

class KernelSources final : public SourceTable {
 public:
  KernelSources(const bpf_map* map, ControlRow& control) : map_(map), control_(control) {}
  Result<void> put(const Address& source, const sp_source_state& state) override {
    if (auto raised = control_.raise(SP_HAVE_SOURCES); !raised) return raised;
    return map_.put(source.to_abi(), state);
  }
  Result<void> erase(const Address& source) override { return map_.erase(source.to_abi()); }
  Result<std::vector<Row>> rows() const override {
    std::vector<Row> rows;
    auto read = map_.for_each([&](const sp_address& source, const sp_source_state& state) {
      rows.push_back({Address::from_abi(source), state});
    });
    if (!read) return read.error();
    return rows;
  }
  [[nodiscard]] TableUse use() const { return map_.use("sources"); }

 private:
  KernelMap<sp_address, sp_source_state> map_;
  ControlRow& control_;
};

class KernelConnections final : public ConnectionTable {
 public:
  explicit KernelConnections(const bpf_map* map) : map_(map) {}
  Result<void> put(const sp_connection_key& connection, const sp_connection& binding) override {
    return map_.put(connection, binding);
  }
  Result<void> erase(const sp_connection_key& connection) override {
    return map_.erase(connection);
  }
  Result<std::vector<Row>> rows() const override {
    std::vector<Row> rows;
    auto read = map_.for_each([&](const sp_connection_key& key, const sp_connection& binding) {
      rows.push_back({key, binding});
    });
    if (!read) return read.error();
    return rows;
  }
  [[nodiscard]] TableUse use() const { return map_.use("connections"); }

 private:
  KernelMap<sp_connection_key, sp_connection> map_;
};

class KernelServices final : public ServiceTable {
 public:
  KernelServices(const bpf_map* map, ControlRow& control) : map_(map), control_(control) {}
  Result<void> put(const sp_service_key& key, const sp_service& service) override {
    const std::scoped_lock guard(lock_);
    const auto& address = key.local_address.bytes;
    if (std::any_of(std::begin(address), std::end(address), [](__u8 byte) { return byte != 0; })) {
      if (auto raised = control_.raise(SP_HAVE_EXACT_SERVICES); !raised) return raised;
    }
    declared_.insert(bytes_of(key));
    return map_.put(key, service);
  }
  Result<void> erase_others() override {
    const std::scoped_lock guard(lock_);
    std::vector<sp_service_key> others;
    auto read = map_.for_each([&](const sp_service_key& key, const sp_service&) {
      if (!declared_.contains(bytes_of(key))) others.push_back(key);
    });
    for (const auto& key : others) {
      if (!read) break;
      read = map_.erase(key);
    }
    return read;
  }
  [[nodiscard]] TableUse use() const { return map_.use("services"); }

 private:
  static std::string bytes_of(const sp_service_key& key) {
    return {reinterpret_cast<const char*>(&key), sizeof key};
  }
  KernelMap<sp_service_key, sp_service> map_;
  ControlRow& control_;
  std::mutex lock_;
  std::set<std::string> declared_;  // since this agent started
};

class KernelCounters final : public CounterTable {
 public:
  explicit KernelCounters(const bpf_map* map) : fd_(bpf_map__fd(map)) {}
  Result<std::array<sp_counter, SP_VERDICT_COUNT>> counters() const override {
    std::array<sp_counter, SP_VERDICT_COUNT> sums{};
    const int cpus = libbpf_num_possible_cpus();
    if (cpus < 1) return system_failure(-cpus, "counting CPUs");
    std::vector<sp_counter> per_cpu(static_cast<std::size_t>(cpus));
    for (__u32 verdict = 0; verdict < SP_VERDICT_COUNT; ++verdict) {
      if (bpf_map_lookup_elem(fd_, &verdict, per_cpu.data()) != 0) {
        return system_failure(errno, "kernel map sp_counters");
      }
      for (const auto& part : per_cpu) {
        sums[verdict].packets += part.packets;
        sums[verdict].bytes += part.bytes;
        sums[verdict].observed_packets += part.observed_packets;
        sums[verdict].observed_bytes += part.observed_bytes;
      }
    }
    return sums;
  }

 private:
  int fd_;
};

}  // namespace

struct KernelTables::Impl {
  Impl(const sallyport_bpf& skeleton, MappedArray<sp_key_slot> mapped_slots,
       MappedArray<sp_key_clocks> mapped_clocks)
      : control(skeleton.maps.sp_control),
        sources(skeleton.maps.sp_sources, control),
        connections(skeleton.maps.sp_connections),
        services(skeleton.maps.sp_services, control),
        counters(skeleton.maps.sp_counters),
        slots(std::move(mapped_slots)),
        clocks(std::move(mapped_clocks)) {}

  ControlRow control;
  KernelSources sources;
  KernelConnections connections;
  KernelServices services;
  KernelCounters counters;
  MappedArray<sp_key_slot> slots;
  MappedArray<sp_key_clocks> clocks;
};

KernelTables::KernelTables(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KernelTables::~KernelTables() = default;

Result<std::unique_ptr<KernelTables>> KernelTables::open(const BpfObject& object) {
  const auto& maps = object.skeleton().maps;
  auto slots = MappedArray<sp_key_slot>::open(maps.sp_key_slots);
  if (!slots) return slots.error();
  auto clocks = MappedArray<sp_key_clocks>::open(maps.sp_key_clocks);
  if (!clocks) return clocks.error();
  if (slots->rows().size() < 2 || slots->rows().size() != clocks->rows().size()) {
    return failure(Errc::kIncompatible, "the pinned key slots and key clocks do not fit together",
                   "remove what is pinned: sallyportd --detach");
  }
  auto impl = std::make_unique<Impl>(object.skeleton(), std::move(*slots), std::move(*clocks));
  // First of all, since nothing that another ABI version wrote may be touched.
  if (auto taken = impl->control.take_over(); !taken) return taken.error();
  sp_key_slot& offenders = impl->slots.rows()[SP_OFFENDER_SLOT];
  offenders.verdict = SP_DROP_CONNECTION_OFFENDER;
  offenders.generation = 1;
  if (auto raised = impl->control.raise(SP_HAVE_CONNECTIONS); !raised) return raised.error();
  return std::unique_ptr<KernelTables>(new KernelTables(std::move(impl)));
}

SourceTable& KernelTables::sources() {
  return impl_->sources;
}
ConnectionTable& KernelTables::connections() {
  return impl_->connections;
}
ServiceTable& KernelTables::services() {
  return impl_->services;
}
CounterTable& KernelTables::counters() {
  return impl_->counters;
}
SlotMemory KernelTables::slot_memory() {
  return {impl_->slots.rows(), impl_->clocks.rows()};
}

std::vector<TableUse> KernelTables::use() const {
  std::uint64_t given = 0;
  for (auto& slot : impl_->slots.rows()) {
    given += std::atomic_ref<__u32>(slot.generation).load(std::memory_order_relaxed) != 0 ? 1 : 0;
  }
  return {impl_->services.use(),
          impl_->sources.use(),
          impl_->connections.use(),
          {"key_slots", given, impl_->slots.rows().size()}};
}

}  // namespace sallyport
