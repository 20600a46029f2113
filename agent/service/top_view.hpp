// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/service/status_view.hpp"

namespace sallyport {

struct TopQuery {
  std::chrono::milliseconds window{1000};
  std::size_t most = 10;
};

/// A key or a source: `name` is the key's id or the address.
struct TopRow {
  std::string name;
  std::string tenant;  // of a key, as the user
  std::string user;
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;
  std::uint64_t uncertain = 0;
};

struct TopService {
  std::string name;
  std::string upstream;
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;
  std::uint64_t failed = 0;
  std::uint64_t answers = 0;
  std::uint64_t upstream_us = 0;  // on average
  std::uint64_t upstream_most_us = 0;
};

/// Who asks most, and what became of it, within the window.
struct TopView {
  std::uint64_t window_us = 0;
  std::uint64_t connections_open = 0;
  std::vector<TopRow> keys;
  std::vector<TopRow> sources;
  std::vector<TopService> services;
  CountersView counters;  // those of the window that are not zero; of the agent's: none
};

}  // namespace sallyport
