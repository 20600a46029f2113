// SPDX-License-Identifier: Apache-2.0
#include "tests/support/abi3_door.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <net/if.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "tests/support/raw_program.hpp"

namespace sallyport::test {
namespace {

struct Layout {
  const char* name;
  bpf_map_type type;
  std::uint32_t key_size, value_size, entries, flags;
};

constexpr std::uint32_t kCidrWords = 1U << 19;

// As version 3 had them. Not to be brought up to date: that is what it is for.
constexpr Layout kLayouts[] = {
    {"sp_control", BPF_MAP_TYPE_ARRAY, 4, 40, 1, 0},
    {"sp_events", BPF_MAP_TYPE_RINGBUF, 0, 0, 1U << 20, 0},
    {"sp_event_losses", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 1, 0},
    {"sp_service_ports", BPF_MAP_TYPE_ARRAY, 4, 8, 65536, BPF_F_MMAPABLE},
    {"sp_services", BPF_MAP_TYPE_HASH, 20, 4, 256, 0},
    {"sp_source_lines", BPF_MAP_TYPE_ARRAY, 4, 64, Abi3Door::kSources / 2, BPF_F_MMAPABLE},
    {"sp_connection_lines", BPF_MAP_TYPE_ARRAY, 4, 64, Abi3Door::kConnections / 2, BPF_F_MMAPABLE},
    {"sp_sources", BPF_MAP_TYPE_HASH, 16, 32, Abi3Door::kSources, 0},
    {"sp_cidr_blocks", BPF_MAP_TYPE_ARRAY, 4, 8, 2 * kCidrWords, BPF_F_MMAPABLE},
    {"sp_paces", BPF_MAP_TYPE_LRU_HASH, 16, 8, 65536, 0},
    {"sp_connections", BPF_MAP_TYPE_HASH, 20, 12, Abi3Door::kConnections, BPF_F_NO_PREALLOC},
    {"sp_key_slots", BPF_MAP_TYPE_ARRAY, 4, 64, Abi3Door::kSlots, BPF_F_MMAPABLE},
    {"sp_key_clocks", BPF_MAP_TYPE_ARRAY, 4, 64, Abi3Door::kSlots, BPF_F_MMAPABLE},
    {"sp_counters", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 32, Abi3Door::kVerdicts, 0},
};

void must(bool done, const std::string& what) {
  if (!done) throw std::runtime_error(what + ": " + std::strerror(errno));
}

void pin(const UniqueFd& object, const std::string& path) {
  must(object && bpf_obj_pin(object.get(), path.c_str()) == 0, "pinning " + path);
}

UniqueFd make(const Layout& layout) {
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = layout.flags);
  return UniqueFd(bpf_map_create(layout.type, layout.name, layout.key_size, layout.value_size,
                                 layout.entries, &options));
}

UniqueFd make_cidrs() {
  const UniqueFd trie = make({"sp_cidr_trie", BPF_MAP_TYPE_LPM_TRIE, 20, 4, 1, BPF_F_NO_PREALLOC});
  LIBBPF_OPTS(bpf_map_create_opts, options, .inner_map_fd = static_cast<__u32>(trie.get()));
  return UniqueFd(bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "sp_cidrs", 4, 4, 2, &options));
}

}  // namespace

Abi3Door::Abi3Door(const std::string& root, const std::string& interface, unsigned version)
    : pins_(pin_directory_of(root, version)),
      program_(load_returning(BPF_PROG_TYPE_XDP, "sp_xdp", XDP_DROP)) {
  must(static_cast<bool>(make_pin_directory(pins_)), "making " + pins_.path);
  for (const auto& layout : kLayouts) pin(make(layout), pins_.maps + "/" + layout.name);
  pin(make_cidrs(), pins_.maps + "/sp_cidrs");
  set_control(version, 0);
  attach(interface);
}

void Abi3Door::attach(const std::string& interface) const {
  LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_DRV_MODE);
  const auto index = static_cast<int>(if_nametoindex(interface.c_str()));
  pin(UniqueFd(bpf_link_create(program_.get(), index, BPF_XDP, &options)),
      link_pin_of(pins_, interface));
}

UniqueFd Abi3Door::map(const std::string& name) const {
  UniqueFd fd(bpf_obj_get((pins_.maps + "/" + name).c_str()));
  must(static_cast<bool>(fd), "opening " + name);
  return fd;
}

void Abi3Door::put_bytes(const std::string& name, const void* key, const void* value) const {
  must(bpf_map_update_elem(map(name).get(), key, value, BPF_ANY) == 0, "writing " + name);
}

void Abi3Door::set_control(std::uint32_t version, std::uint32_t flags) const {
  put("sp_control", std::uint32_t{0},
      Control{.abi_version = version,
              .flags = flags,
              .seed = kSeed,
              .sample_drops = 64,
              .sample_passes = 8,
              .pace_cost_ns = 1000,
              .pace_burst_ns = 7000});
}

void Abi3Door::set_counter(std::uint32_t verdict, const Counter& counter) const {
  const std::vector<Counter> row(static_cast<std::size_t>(libbpf_num_possible_cpus()), counter);
  put_bytes("sp_counters", &verdict, row.data());
}

std::uint32_t pinned_map_id(const std::string& path) {
  const UniqueFd map(bpf_obj_get(path.c_str()));
  bpf_map_info info{};
  __u32 length = sizeof info;
  if (!map || bpf_obj_get_info_by_fd(map.get(), &info, &length) != 0) return 0;
  return info.id;
}

}  // namespace sallyport::test
