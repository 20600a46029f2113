// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/datapath/tc_attachment.hpp"

namespace sallyport {

/// A filter of clsact, whoever's.
struct TcFilter {
  std::string kind;              // "bpf", "flower"
  std::string name;              // of a BPF filter, else its kind
  std::uint32_t program_id = 0;  // of a BPF filter
};

[[nodiscard]] Result<std::vector<TcFilter>> tc_filters_on(unsigned interface_index, TcHook where);

}  // namespace sallyport
