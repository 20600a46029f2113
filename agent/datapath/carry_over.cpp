// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/carry_over.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "agent/base/unique_fd.hpp"
#include "agent/datapath/pinned_control.hpp"
#include "bpf/abi/verdict.h"
#include "sallyport.skel.h"

namespace sallyport {
namespace {

struct SharedMap {
  std::string_view name;
  unsigned since;  // the first version with today's layout and meaning
};

// Who changes one of these raises its number to the new version, and says above how to carry it.
// What is missing here is begun anew: see the header.
constexpr SharedMap kShared[] = {
    {"sp_connection_lines", 3}, {"sp_connections", 3}, {"sp_event_losses", 3}, {"sp_key_clocks", 3},
    {"sp_key_slots", 3},        {"sp_paces", 3},       {"sp_source_lines", 3}, {"sp_sources", 3},
    {"sp_denied_keys", 4},      {"sp_fresh", 4},       {"sp_key_usage", 4},    {"sp_resets", 4},
};

// Of tables that are shared; the others' flags are raised again with their first row.
constexpr __u32 kSharedFlags =
    SP_HAVE_SOURCES | SP_HAVE_CONNECTIONS | SP_HAVE_HASHED_SOURCES | SP_HAVE_DENIED_KEYS;

/// A map whose elements are arrays by CPU, each a multiple of 8 bytes.
struct PerCpuMap {
  int fd;
  std::size_t stride;
  __u32 entries;

  [[nodiscard]] static PerCpuMap of(int fd) {
    bpf_map_info info{};
    __u32 length = sizeof info;
    if (bpf_obj_get_info_by_fd(fd, &info, &length) != 0) return {fd, 0, 0};
    return {fd, (info.value_size + 7U) / 8 * 8, info.max_entries};
  }
};

Result<void> copy_common_part(const PerCpuMap& from, const PerCpuMap& to, std::size_t cpus) {
  std::vector<char> old_row(from.stride * cpus);
  std::vector<char> new_row(to.stride * cpus);
  for (__u32 index = 0; index < std::min(from.entries, to.entries); ++index) {
    if (bpf_map_lookup_elem(from.fd, &index, old_row.data()) != 0) {
      return system_failure(errno, "reading the earlier counters");
    }
    for (std::size_t cpu = 0; cpu < cpus; ++cpu) {
      std::memcpy(new_row.data() + cpu * to.stride, old_row.data() + cpu * from.stride,
                  std::min(from.stride, to.stride));
    }
    if (bpf_map_update_elem(to.fd, &index, new_row.data(), BPF_ANY) != 0) {
      return system_failure(errno, "kernel map sp_counters");
    }
  }
  return {};
}

}  // namespace

bool is_shared(std::string_view map, unsigned version) {
  return std::any_of(std::begin(kShared), std::end(kShared), [&](const SharedMap& shared) {
    return shared.name == map && shared.since <= version;
  });
}

Result<void> carry_control(const EarlierPins& earlier, const BpfObject& object) {
  auto row = read_pinned_control(earlier.pins.maps);
  if (!row) return failure(Errc::kUnavailable, "the earlier control row is gone");
  row->abi_version = SP_ABI_VERSION;
  row->flags &= kSharedFlags;
  const __u32 zero = 0;
  const int fd = bpf_map__fd(object.skeleton().maps.sp_control);
  if (bpf_map_update_elem(fd, &zero, &*row, BPF_ANY) != 0) {
    return system_failure(errno, "kernel map sp_control");
  }
  return {};
}

Result<void> carry_counters(const EarlierPins& earlier, const BpfObject& object) {
  const UniqueFd old(bpf_obj_get((earlier.pins.maps + "/sp_counters").c_str()));
  if (!old) return system_failure(errno, "pinned map " + earlier.pins.maps + "/sp_counters");
  const int cpus = libbpf_num_possible_cpus();
  if (cpus < 1) return system_failure(-cpus, "counting CPUs");
  return copy_common_part(PerCpuMap::of(old.get()),
                          PerCpuMap::of(bpf_map__fd(object.skeleton().maps.sp_counters)),
                          static_cast<std::size_t>(cpus));
}

}  // namespace sallyport
