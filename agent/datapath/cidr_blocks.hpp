// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "agent/base/cidr_set.hpp"
#include "bpf/abi/cidr.h"

namespace sallyport {

struct CidrTrieRow {
  sp_cidr_key key;
  sp_cidr_state state;
};

/// Writes what `rules` say of IPv4 into one list's blocks (bpf/abi/cidr.h), and returns the rows of
/// its trie. Pure but for `words`, of which there are SP_CIDR_WORDS and which nobody reads yet.
[[nodiscard]] std::vector<CidrTrieRow> write_cidr_blocks(std::span<const CidrRule> rules,
                                                         std::span<__u64> words);

}  // namespace sallyport
