// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "agent/registry/model.hpp"

namespace sallyport {

/// What acknowledged a change and how long each took. 0 us with `*_done` false: it had no part.
struct Receipt {
  Revision revision = 0;
  std::uint64_t store_us = 0;       // transaction begun → durable
  std::uint64_t kernel_us = 0;      // durable → the maps hold it
  std::uint64_t terminator_us = 0;  // the maps hold it → every worker has cut
  bool kernel_done = false;
  bool terminator_done = false;
  std::uint64_t keys = 0;         // keys condemned
  std::uint64_t connections = 0;  // live connections cut
};

}  // namespace sallyport
