// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/base/clock.hpp"

namespace sallyport {

/// A moment as people read it: "never" for 0, else "2026-11-24 10:31:07Z".
[[nodiscard]] std::string show_time(UnixSeconds moment);

}  // namespace sallyport
