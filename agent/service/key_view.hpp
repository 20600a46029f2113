// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/base/address.hpp"
#include "agent/registry/import.hpp"
#include "agent/registry/store_rows.hpp"
#include "agent/service/receipt.hpp"

namespace sallyport {

/// A key, and what this host has seen of it.
struct KeyView {
  Key key;
  UnixSeconds last_used_at = 0;  // 0: never
  std::optional<Address> last_source = {};
  unsigned recent_minutes = 0;  // of the last 30, in how many it was used
};

struct KeyViews {
  std::vector<KeyView> keys;
  std::optional<KeyCursor> next = {};  // nullopt: there are no more
};

struct CreatedKey {
  Receipt receipt;
  Key key;
  std::string raw;  // wiped by the receiver after it is sent
};

struct ImportOutcome {
  Receipt receipt;
  ImportReport report;
};

struct LeakAnswer {
  Receipt receipt;
  std::vector<std::string> revoked;  // ids
};

/// How a key is to be replaced.
struct RotationOrder {
  UnixSeconds expires_at = 0;    // of the successor; 0: never
  UnixSeconds overlap_ends = 0;  // of the old key
};

}  // namespace sallyport
