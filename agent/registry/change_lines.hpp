// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "agent/registry/store.hpp"

namespace sallyport {

/// "acme/alice".
[[nodiscard]] std::string user_path(std::string_view tenant, std::string_view user);

/// The change log's line for `change`: actor, time, verb and reason as in `act`; a key that
/// went along with its owner says so itself.
[[nodiscard]] ChangeRecord line_of(const Change& change, const AuditRecord& act);

}  // namespace sallyport
