// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/bpf_object.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <random>

#include "agent/base/unique_fd.hpp"
#include "agent/datapath/carry_over.hpp"
#include "agent/datapath/libbpf_log.hpp"
#include "agent/datapath/pin_plan.hpp"
#include "agent/datapath/pinned_control.hpp"
#include "bpf/abi/control.h"
#include "bpf/abi/line.h"
#include "sallyport.skel.h"

namespace sallyport {
namespace {

/// The verifier answers EACCES for a bad access too: what it logged tells the two apart.
bool is_verifiers_refusal(const LibbpfLog& log) {
  return log.contains("BEGIN PROG LOAD LOG");
}

Failure load_failure(int error, const LibbpfLog& log) {
  if (is_verifiers_refusal(log)) {
    return failure(Errc::kInternal, "the kernel's verifier refused our programs: " + log.tail(),
                   "report this with the output of `uname -r`");
  }
  if (error == EPERM || error == EACCES) {
    return system_failure(error, "the kernel does not let us load BPF programs",
                          "run as root, or with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON");
  }
  if (error == ENOMEM) {
    return system_failure(error, "no memory for the kernel's tables",
                          "lower the capacities under outer_door, or raise the memory limit");
  }
  const auto said = log.tail();
  return system_failure(
      error, "the kernel refused our programs" + (said.empty() ? "" : " (" + said + ")"));
}

/// Before 5.11 the kernel charged maps to this limit; harmless later.
void lift_memlock() {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

/// Rows for twice the capacity: one line in twenty is then too full for its keys.
std::uint32_t lines_for(std::uint32_t capacity) {
  return std::max(1U, capacity / (SP_LINE_ROWS / 2));
}

/// What scatters keys over lines: nobody outside may know it.
std::uint64_t make_seed() {
  std::random_device random;
  return std::uint64_t{random()} << 32 | random() | 1;
}

/// The seed with which the lines were filled that are taken over; nothing where there are none.
std::optional<std::uint64_t> pinned_seed(const PinPlan& plan) {
  const auto row = read_pinned_control(plan.earlier ? plan.earlier->pins.maps : plan.tables.maps);
  if (!row || row->abi_version == 0) return std::nullopt;
  return row->seed;
}

/// Keeps the capacity of a map that is pinned already, since its contents are kept.
Result<void> take_pinned_capacity(const sallyport_bpf& skeleton, bpf_map* map,
                                  const UniqueFd& pinned, const std::string& path,
                                  std::vector<std::string>& notes) {
  bpf_map_info info{};
  __u32 length = sizeof info;
  if (bpf_obj_get_info_by_fd(pinned.get(), &info, &length) != 0) {
    return system_failure(errno, "pinned map " + path);
  }
  const __u32 wanted = bpf_map__max_entries(map);
  const auto& maps = skeleton.maps;
  const bool is_fixed = map == maps.sp_control || map == maps.sp_counters ||
                        map == maps.sp_service_ports || map == maps.sp_cidr_blocks ||
                        map == maps.sp_cidrs || map == maps.sp_event_losses ||
                        map == maps.sp_key_headers || map == maps.sp_fresh ||
                        map == maps.sp_resets || map == maps.sp_readings;
  // Its table's own note says enough.
  const bool is_index = map == maps.sp_source_lines || map == maps.sp_connection_lines;
  if (info.type != bpf_map__type(map) || info.key_size != bpf_map__key_size(map) ||
      info.value_size != bpf_map__value_size(map) || info.map_flags != bpf_map__map_flags(map) ||
      (is_fixed && info.max_entries != wanted)) {
    return failure(Errc::kIncompatible, "pinned map " + path + " is of another build",
                   "remove what is pinned: sallyportd --detach");
  }
  if (info.max_entries == wanted) return {};
  bpf_map__set_max_entries(map, info.max_entries);
  if (is_index) return {};
  notes.push_back(std::string(bpf_map__name(map)) + " keeps its capacity of " +
                  std::to_string(info.max_entries) + " instead of " + std::to_string(wanted) +
                  ", since it is in use; `sallyportd --detach` starts anew");
  return {};
}

/// Uses what is pinned under the map's name already, in our directory or an earlier version's.
Result<void> take_pinned(const sallyport_bpf& skeleton, bpf_map* map, const PinPlan& plan,
                         std::vector<std::string>& notes) {
  const std::string name = bpf_map__name(map);
  const bool is_earlier = plan.earlier && is_shared(name, plan.earlier->version);
  const std::string path = (is_earlier ? plan.earlier->pins.maps : plan.tables.maps) + "/" + name;
  const UniqueFd pinned(bpf_obj_get(path.c_str()));
  if (pinned) {
    if (auto done = take_pinned_capacity(skeleton, map, pinned, path, notes); !done) return done;
  }
  if (!is_earlier) return {};  // absent; or not to be opened, which loading then reports
  if (!pinned && errno != ENOENT) return system_failure(errno, "opening " + path);
  if (!pinned) {
    return failure(Errc::kIncompatible, path + " is missing, which was to be carried over",
                   "remove what is pinned: sallyportd --detach");
  }
  const int error = bpf_map__reuse_fd(map, pinned.get());
  return error == 0 ? Result<void>{} : system_failure(-error, "taking over " + path);
}

}  // namespace

void BpfObject::Destroy::operator()(sallyport_bpf* skeleton) const noexcept {
  sallyport_bpf__destroy(skeleton);
}

BpfObject::BpfObject(BpfObject&&) noexcept = default;
BpfObject& BpfObject::operator=(BpfObject&&) noexcept = default;
BpfObject::~BpfObject() = default;

Result<BpfObject> BpfObject::open(const Capacities& capacities) {
  lift_memlock();
  const LibbpfLog log;
  sallyport_bpf* const skeleton = sallyport_bpf__open();
  if (skeleton == nullptr) return load_failure(errno, log);
  BpfObject object(skeleton);
  bpf_program__set_autoload(skeleton->progs.sp_xdp_shared, false);  // see MemberObject
  auto& maps = skeleton->maps;
  bpf_map__set_max_entries(maps.sp_connections, capacities.connections);
  bpf_map__set_max_entries(maps.sp_connection_lines, lines_for(capacities.connections));
  bpf_map__set_max_entries(maps.sp_sources, capacities.sources);
  bpf_map__set_max_entries(maps.sp_source_lines, lines_for(capacities.sources));
  bpf_map__set_max_entries(maps.sp_key_slots, capacities.key_slots);
  bpf_map__set_max_entries(maps.sp_key_clocks, capacities.key_slots);
  bpf_map__set_max_entries(maps.sp_key_usage, capacities.key_slots);
  bpf_map__set_max_entries(maps.sp_denied_keys, capacities.denied_keys);
  bpf_map__set_max_entries(maps.sp_events, capacities.event_ring_bytes);
  skeleton->rodata->sp_line_seed = make_seed();
  return object;
}

Result<BpfObject> BpfObject::load_opened(BpfObject object) {
  const LibbpfLog log;
  const auto& maps = object.skeleton().maps;
  auto& constants = *object.skeleton().rodata;
  constants.sp_connection_line_count = bpf_map__max_entries(maps.sp_connection_lines);
  constants.sp_source_line_count = bpf_map__max_entries(maps.sp_source_lines);
  const int error = sallyport_bpf__load(&object.skeleton());
  if (error != 0) return load_failure(-error, log);
  object.warnings_ = log.tail();
  return object;
}

Result<BpfObject> BpfObject::load(const Capacities& capacities) {
  auto object = open(capacities);
  if (!object) return object;
  return load_opened(std::move(*object));
}

Result<BpfObject> BpfObject::load_pinned(const Capacities& capacities, const PinPlan& plan,
                                         std::vector<std::string>& notes) {
  auto object = open(capacities);
  if (!object) return object;
  if (const auto seed = pinned_seed(plan)) object->skeleton().rodata->sp_line_seed = *seed;
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object->skeleton().obj) {
    if (bpf_map__is_internal(map)) continue;
    if (auto taken = take_pinned(object->skeleton(), map, plan, notes); !taken)
      return taken.error();
    const std::string path = plan.tables.maps + "/" + bpf_map__name(map);
    if (const int error = bpf_map__set_pin_path(map, path.c_str()); error != 0) {
      return system_failure(-error, "pin path " + path);
    }
  }
  return load_opened(std::move(*object));
}

int BpfObject::xdp_fd() const noexcept {
  return bpf_program__fd(skeleton_->progs.sp_xdp);
}
int BpfObject::tc_fd() const noexcept {
  return bpf_program__fd(skeleton_->progs.sp_tc);
}
int BpfObject::egress_fd() const noexcept {
  return bpf_program__fd(skeleton_->progs.sp_egress);
}

}  // namespace sallyport
