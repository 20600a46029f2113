// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "agent/datapath/outer_door.hpp"

namespace sallyport::test {

/// Opens and attaches, with nothing written in between.
inline Result<std::unique_ptr<OuterDoor>> open_and_attach(const OuterDoorConfig& config) {
  auto door = OuterDoor::open(config);
  if (!door) return door;
  if (auto done = (*door)->attach(); !done) return done.error();
  return door;
}

}  // namespace sallyport::test
