// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/kernel_tables.hpp"

#include <atomic>
#include <utility>

#include "agent/datapath/control_row.hpp"
#include "agent/datapath/kernel_cidrs.hpp"
#include "agent/datapath/kernel_connections.hpp"
#include "agent/datapath/kernel_counters.hpp"
#include "agent/datapath/kernel_denied_keys.hpp"
#include "agent/datapath/kernel_services.hpp"
#include "agent/datapath/kernel_sources.hpp"
#include "agent/datapath/mapped_array.hpp"
#include "sallyport.skel.h"

namespace sallyport {
struct KernelTables::Impl {
  struct Mapped {
    MappedArray<sp_key_slot> slots;
    MappedArray<sp_key_clocks> clocks;
    MappedArray<sp_line> source_lines;
    MappedArray<sp_line> connection_lines;
    MappedArray<sp_service_port> service_ports;
    MappedArray<__u64> cidr_blocks;
  };

  Impl(const sallyport_bpf& skeleton, Mapped mapped)
      : slots(std::move(mapped.slots)),
        clocks(std::move(mapped.clocks)),
        source_lines(std::move(mapped.source_lines)),
        connection_lines(std::move(mapped.connection_lines)),
        service_ports(std::move(mapped.service_ports)),
        cidr_blocks(std::move(mapped.cidr_blocks)),
        control(skeleton.maps.sp_control, skeleton.rodata->sp_line_seed),
        sources(skeleton.maps.sp_sources, source_lines.rows(), control),
        connections(skeleton.maps.sp_connections, connection_lines.rows(), control.seed()),
        cidrs(skeleton.maps.sp_cidrs, cidr_blocks.rows(), control),
        services(skeleton.maps.sp_services, skeleton.maps.sp_key_headers, service_ports.rows()),
        denied_keys(skeleton.maps.sp_denied_keys, control),
        counters(skeleton.maps.sp_counters, skeleton.maps.sp_key_usage) {}

  MappedArray<sp_key_slot> slots;
  MappedArray<sp_key_clocks> clocks;
  MappedArray<sp_line> source_lines;
  MappedArray<sp_line> connection_lines;
  MappedArray<sp_service_port> service_ports;
  MappedArray<__u64> cidr_blocks;
  ControlRow control;
  KernelSources sources;
  KernelConnections connections;
  KernelCidrs cidrs;
  KernelServices services;
  KernelDeniedKeys denied_keys;
  KernelCounters counters;
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
  auto source_lines = MappedArray<sp_line>::open(maps.sp_source_lines);
  if (!source_lines) return source_lines.error();
  auto connection_lines = MappedArray<sp_line>::open(maps.sp_connection_lines);
  if (!connection_lines) return connection_lines.error();
  auto service_ports = MappedArray<sp_service_port>::open(maps.sp_service_ports);
  if (!service_ports) return service_ports.error();
  auto cidr_blocks = MappedArray<__u64>::open(maps.sp_cidr_blocks);
  if (!cidr_blocks) return cidr_blocks.error();
  auto impl = std::make_unique<Impl>(object.skeleton(),
                                     Impl::Mapped{.slots = std::move(*slots),
                                                  .clocks = std::move(*clocks),
                                                  .source_lines = std::move(*source_lines),
                                                  .connection_lines = std::move(*connection_lines),
                                                  .service_ports = std::move(*service_ports),
                                                  .cidr_blocks = std::move(*cidr_blocks)});
  // First of all, since nothing that another ABI version wrote may be touched.
  if (auto taken = impl->control.take_over(); !taken) return taken.error();
  if (auto repaired = impl->sources.repair(); !repaired) return repaired.error();
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
CidrTable& KernelTables::cidrs() {
  return impl_->cidrs;
}
ServiceTable& KernelTables::services() {
  return impl_->services;
}
DeniedKeyTable& KernelTables::denied_keys() {
  return impl_->denied_keys;
}
CounterTable& KernelTables::counters() {
  return impl_->counters;
}
SlotMemory KernelTables::slot_memory() {
  return {impl_->slots.rows(), impl_->clocks.rows()};
}

Result<void> KernelTables::set_pace(std::uint64_t cost_ns, std::uint64_t burst_ns) {
  return impl_->control.set_pace(cost_ns, burst_ns);
}

Result<void> KernelTables::set_resets(std::uint64_t cost_ns, std::uint64_t burst_ns) {
  return impl_->control.set_resets(cost_ns, burst_ns);
}

Result<void> KernelTables::sample(std::uint32_t drops, std::uint32_t passes) {
  return impl_->control.sample(drops, passes);
}

Result<std::uint64_t> KernelTables::repair() {
  return impl_->control.repair();
}

std::vector<TableUse> KernelTables::use() const {
  std::uint64_t given = 0;
  for (auto& slot : impl_->slots.rows()) {
    given += std::atomic_ref<__u32>(slot.generation).load(std::memory_order_relaxed) != 0 ? 1 : 0;
  }
  return {impl_->services.use(),    impl_->sources.use(),
          impl_->connections.use(), impl_->cidrs.use(),
          impl_->denied_keys.use(), {"key_slots", given, impl_->slots.rows().size()}};
}

}  // namespace sallyport
