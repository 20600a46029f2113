// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "agent/base/address.hpp"
#include "agent/base/result.hpp"
#include "bpf/abi/source.h"

namespace sallyport {

/// Verdicts on sources (map sp_sources).
class SourceTable {
 public:
  struct Row {
    Address source;
    sp_source_state state;
  };

  virtual ~SourceTable() = default;
  /// `Errc::kFull` when the table has no room.
  virtual Result<void> put(const Address& source, const sp_source_state& state) = 0;
  /// Erasing what is not there is not an error.
  virtual Result<void> erase(const Address& source) = 0;
  [[nodiscard]] virtual Result<std::vector<Row>> rows() const = 0;
  [[nodiscard]] virtual Result<std::uint64_t> repair() { return 0; }
};

}  // namespace sallyport
