// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/datapath/tables.hpp"
#include "bpf/abi/verdict.h"
#include "tools/bench/packet/form.hpp"
#include "tools/bench/packet/options.hpp"
#include "tools/bench/packet/state.hpp"

namespace sallyport::bench {

/// One state of the tables, and the verdict that every packet of the traffic must then meet.
struct Case {
  const char* name;
  sp_verdict verdict;
  Result<Known> (*arrange)(Tables& tables, const Traffic& traffic, sp_verdict verdict);
  const Form* form;
};

/// The state of the case, and beside it the large or small one that is asked for.
Result<void> arrange(const Case& what, Tables& tables, const Options& options);

[[nodiscard]] const Case& get_case(const std::string& name);
[[nodiscard]] std::vector<std::string> case_names();

}  // namespace sallyport::bench
