// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/base/unique_fd.hpp"
#include "agent/registry/store_rows.hpp"

namespace sallyport {

/// A copy of the store, to be read once. It has no name: it goes with its descriptor.
struct Backup {
  UniqueFd file;
  Revision revision = 0;
  AuditHead head;
};

}  // namespace sallyport
