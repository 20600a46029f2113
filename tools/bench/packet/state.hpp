// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/cidr_set.hpp"
#include "agent/base/result.hpp"
#include "agent/datapath/bpf_object.hpp"
#include "agent/datapath/tables.hpp"
#include "tools/bench/packet/options.hpp"

namespace sallyport::bench {

constexpr std::uint16_t kService = 1;  // the id of the only one

/// How many rows the tables have in all.
struct StateSize {
  std::uint32_t connections;
  std::uint32_t denied_keys;
  std::uint32_t cidrs;
  std::uint32_t bans;
};

/// Of "large", what a large edge host may have come to know, or of "small".
[[nodiscard]] const StateSize& state_size(const std::string& name);

/// Room for the state and the traffic; where the product's default is more, that.
[[nodiscard]] BpfObject::Capacities capacities_for(const StateSize& size, const Traffic& traffic);

/// What is in the tables about the packets that are measured.
struct Known {
  std::uint32_t connections = 0;
  std::uint32_t denied_keys = 0;
  std::uint32_t bans = 0;
  std::vector<CidrRule> prefixes;  // these are not in yet: a list is replaced as a whole
};

/// Fills the tables up to the size with rows about others than those who send, or own the key that
/// they present. What is known already stays, even where it is more.
Result<void> fill_up(Tables& tables, const StateSize& size, Known known);

/// Digests of nobody's keys; always the same ones.
[[nodiscard]] std::vector<DeniedKeyTable::Row> make_denied_keys(std::size_t count);

}  // namespace sallyport::bench
