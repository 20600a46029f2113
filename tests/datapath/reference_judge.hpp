// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "agent/base/cidr_set.hpp"
#include "bpf/abi/service.h"
#include "bpf/abi/verdict.h"
#include "tests/support/loaded_filter.hpp"

namespace sallyport::test {

/// What a packet may be judged by. Ports in host byte order.
struct World {
  using ServiceKey = std::pair<std::optional<Address>, std::uint16_t>;  // no address: on every one
  using ConnectionKey = std::tuple<Address, std::uint16_t, std::uint16_t>;  // source, port, service

  struct Service {
    std::uint16_t id;
    sp_mode mode;
  };
  struct Binding {
    std::uint32_t slot;
    std::uint32_t generation;
    bool is_superseded = false;
  };
  enum class Limit { kNone, kWithin, kOver };
  struct Slot {
    std::uint32_t generation;
    std::uint32_t verdict;
    Limit packets = Limit::kNone;
    Limit bytes = Limit::kNone;  // of TCP payload
  };
  struct Ban {
    std::uint32_t verdict;
    bool has_ended;
  };

  std::map<ServiceKey, Service> services;
  std::map<ConnectionKey, Binding> bindings;
  std::map<std::uint32_t, Slot> slots;
  std::map<Address, Ban> bans;  // by Address::as_source
  std::vector<CidrRule> cidrs;
  bool is_pacing = false;        // no source may open more than one connection
  std::set<Address> has_opened;  // by Address::as_source, while pacing
};

/// The outer door again, in plain C++ after its documentation (bpf/README.md): slow, and without
/// a line of the program's own. A SYN on a binding supersedes it in `world`.
[[nodiscard]] Outcome judge(World& world, const Bytes& frame);

}  // namespace sallyport::test
