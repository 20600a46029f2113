// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "agent/base/result.hpp"
#include "agent/registry/store.hpp"

namespace sallyport {

// What the registry's changes have in common: who asks, and what is not there.

[[nodiscard]] ChangeRecord request(const Actor& actor, std::string_view verb, UnixSeconds now,
                                   std::string_view reason = {});

// The names come from the caller and are shown as `printable`.
[[nodiscard]] Failure no_tenant(std::string_view name);
[[nodiscard]] Failure no_user(std::string_view tenant, std::string_view name);
[[nodiscard]] Failure no_key(std::string_view id);

}  // namespace sallyport
