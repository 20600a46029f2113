// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/datapath/tables.hpp"
#include "bpf/abi/verdict.h"
#include "tools/bench/packet/form.hpp"
#include "tools/bench/packet/options.hpp"

namespace sallyport::bench {

/// One state of the tables, and the verdict that every packet of the traffic must then meet.
struct Case {
  const char* name;
  sp_verdict verdict;
  Result<void> (*arrange)(Tables& tables, const Traffic& traffic, sp_verdict verdict);
  const Form* form;
};

[[nodiscard]] const Case& get_case(const std::string& name);
[[nodiscard]] std::vector<std::string> case_names();

}  // namespace sallyport::bench
