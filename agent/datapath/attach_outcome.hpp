// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/base/result.hpp"

namespace sallyport {

/// The ways of being on an interface.
enum class Way { kNative, kDispatcher, kTc };

/// Whether a program of ours was on the interface before.
enum class AttachOutcome {
  kMade,       // newly attached: undone where a later step fails
  kTakenOver,  // one of ours was there and was replaced without a gap
};

[[nodiscard]] inline Failure no_such_interface(const std::string& name) {
  return failure(Errc::kNotFound, "network interface does not exist: " + name,
                 "`ip link` lists those that do; name it under outer_door.interfaces");
}

}  // namespace sallyport
