// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/packet/state_report.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "agent/base/unique_fd.hpp"
#include "agent/datapath/bpf_object.hpp"
#include "agent/datapath/kernel_tables.hpp"
#include "sallyport.skel.h"
#include "tools/bench/packet/state.hpp"
#include "tools/bench/packet/thread_clock.hpp"

namespace sallyport::bench {
namespace {

/// The lists of prefixes, which nobody keeps open.
Result<std::vector<UniqueFd>> open_inner_maps(const bpf_map* outer) {
  std::vector<UniqueFd> inner;
  for (__u32 n = 0; n < bpf_map__max_entries(outer); ++n) {
    __u32 id = 0;
    if (bpf_map_lookup_elem(bpf_map__fd(outer), &n, &id) != 0) continue;
    inner.emplace_back(bpf_map_get_fd_by_id(id));
    if (!inner.back()) return system_failure(errno, "a list of prefixes can't be opened");
  }
  return inner;
}

/// Of every map that this process has open, each once: what the kernel says of its memory.
std::uint64_t bytes_of_open_maps() {
  std::map<std::uint64_t, std::uint64_t> bytes_by_id;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fdinfo")) {
    std::ifstream file(entry.path());
    std::map<std::string, std::string> fields;
    for (std::string name, value; file >> name && std::getline(file, value);) fields[name] = value;
    if (!fields.contains("map_id:")) continue;
    bytes_by_id[std::stoull(fields["map_id:"])] = std::stoull(fields.at("memlock:"));
  }
  std::uint64_t sum = 0;
  for (const auto& [id, bytes] : bytes_by_id) sum += bytes;
  return sum;
}

struct Took {
  double seconds;
  double cpu_seconds;
};

Result<Took> load_denied_keys(Tables& tables, std::uint32_t count) {
  using Clock = std::chrono::steady_clock;
  const auto rows = make_denied_keys(count);
  const auto cpu = thread_seconds();
  const auto start = Clock::now();
  if (auto done = tables.denied_keys().put(rows); !done) return done.error();
  return Took{std::chrono::duration<double>(Clock::now() - start).count(), thread_seconds() - cpu};
}

}  // namespace

Result<void> report_state(const Options& options) {
  const auto& size = state_size(options.state);
  const auto object = BpfObject::load(capacities_for(size, options.traffic));
  if (!object) return object.error();
  const auto tables = KernelTables::open(*object);
  if (!tables) return tables.error();
  const auto took = load_denied_keys(**tables, size.denied_keys);
  if (!took) return took.error();
  Known known;
  known.denied_keys = size.denied_keys;
  if (auto done = fill_up(**tables, size, std::move(known)); !done) return done;
  const auto inner = open_inner_maps(object->skeleton().maps.sp_cidrs);
  if (!inner) return inner.error();
  fmt::print(R"({{"load_seconds":{:.6f},"load_cpu_seconds":{:.6f},"memory_bytes":{}}})"
             "\n",
             took->seconds, took->cpu_seconds, bytes_of_open_maps());
  return {};
}

}  // namespace sallyport::bench
