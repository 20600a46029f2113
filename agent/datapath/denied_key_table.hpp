// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "agent/base/result.hpp"
#include "bpf/abi/denied_key.h"

namespace sallyport {

/// Keys that services in clear refuse without hearing the rest (map sp_denied_keys).
class DeniedKeyTable {
 public:
  struct Row {
    sp_denied_key_id id;
    sp_denied_key state;
  };

  virtual ~DeniedKeyTable() = default;
  /// Adds or replaces; after a failure some may be in. `Errc::kFull` when there is no room.
  virtual Result<void> put(std::span<const Row> rows) = 0;
  /// After a failure no row is in force here until those that stayed have been erased after all.
  virtual Result<void> erase(std::span<const sp_denied_key_id> ids) = 0;
  [[nodiscard]] virtual Result<std::vector<Row>> rows() const = 0;
};

}  // namespace sallyport
