// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "agent/base/cidr_set.hpp"
#include "bpf/abi/service.h"
#include "bpf/abi/verdict.h"
#include "tests/support/loaded_filter.hpp"

namespace sallyport::test {

/// What a packet may be judged by. Ports in host byte order.
struct World {
  // Address, nothing: on every one; port; whether UDP.
  using ServiceKey = std::tuple<std::optional<Address>, std::uint16_t, bool>;
  using ConnectionKey = std::tuple<Address, std::uint16_t, std::uint16_t>;  // source, port, service

  struct Service {
    std::uint16_t id;
    sp_mode mode;
    unsigned traits = 0;  // SP_SERVICE_*
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
  bool is_pacing = false;                        // no source may open more than one connection
  std::set<Address> has_opened;                  // by Address::as_source, while pacing
  std::vector<std::string> key_headers;          // of every service in clear
  std::set<std::string> denied_keys;             // raw
  std::map<ConnectionKey, std::uint32_t> fresh;  // the number of its first byte of data
};

/// The outer door again, in plain C++ after its documentation (bpf/README.md): slow, and without
/// a line of the program's own. As XDP has it: TC answers nothing. What the packet changes in the
/// kernel's tables it changes in `world`.
[[nodiscard]] Outcome judge(World& world, const Bytes& frame);

}  // namespace sallyport::test
